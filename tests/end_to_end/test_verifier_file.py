"""The offline verifier among what is signed by hand: made anew with each root, published once it is signed."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import Any

import pytest

from mirrorpress.app.configuration import load
from mirrorpress.editions.verifier.page import is_verifier, verifier
from tests.end_to_end.conftest import Mirror
from tests.end_to_end.test_site import with_site

BUILT = "out/site/verify.html"


def shown(mirror: Mirror) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(mirror.command("key", "show", "--json").stdout)
    return found


def built(mirror: Mirror) -> bytes:
    mirror.run("build")
    return (mirror.folder / BUILT).read_bytes()


def trusts(data: bytes) -> int:
    """The version of the root that a verifier trusts."""
    assert is_verifier(data)
    told = data.partition(b'id="data">')[2].partition(b"</script>")[0]
    return int(json.loads(told)["root"]["signed"]["version"])


def test_it_waits_until_root_and_targets_are_signed_and_builds_go_on(
    mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with_site(mirror)
    keys, away = tmp_path_factory.mktemp("keys"), tmp_path_factory.mktemp("away")
    mirror.command("key", "init", "--keys", str(keys), "--no-passphrase")
    mirror.run("sync")
    first = built(mirror)
    assert trusts(first) == 1
    for name in ("root-2", "root-3", "targets"):
        for file in (keys / name, keys / f"{name}.pub"):
            file.rename(away / file.name)
    new = away / "new"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "new", "-f", new], check=True)

    mirror.command("key", "rotate", "root-2", "--public", f"{new}.pub", expect=1)
    assert {one["kind"] for one in shown(mirror)["pending"]} == {"root", "targets"}
    assert built(mirror) == first

    sent = away / "root.next.json"
    sent.write_bytes((mirror.folder / "trust/root.next.json").read_bytes())
    mirror.command("key", "sign", str(sent), "--key", str(away / "root-3"))
    said = mirror.command("key", "sign", "--take", str(sent), expect=1).stderr
    assert "no signature of a key of targets" in said
    assert shown(mirror)["root"] == 2
    assert shown(mirror)["verifier"] == hashlib.sha256(first).hexdigest()
    assert built(mirror) == first

    mirror.command("key", "sign", "--key", str(away / "targets"))
    second = built(mirror)
    assert trusts(second) == 2
    assert shown(mirror)["verifier"] == hashlib.sha256(second).hexdigest()
    assert not (mirror.folder / "trust/targets.next").exists()
    # Who has the root builds the same file, whoever signed it.
    root = json.loads((mirror.folder / "trust/root/2.root.json").read_bytes())
    root["signatures"].reverse()
    named = load(mirror.folder / "mirrorpress.toml").mirror
    assert verifier([json.dumps(root).encode()], named.title, named.language) == second

    mirror.command("key", "renew", "--key", str(away))
    assert trusts(built(mirror)) == 3
