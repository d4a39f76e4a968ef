"""Who may sign: made, shown, changed by one person and by several, and kept apart from what is published."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.newsroom import Newsroom
from tests.end_to_end.conftest import Mirror


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """A mirror's folder without a newsroom that answers: keys need none."""
    (tmp_path / "mirror").mkdir()
    with Newsroom() as newsroom:
        return Mirror(tmp_path / "mirror", newsroom)


def init(mirror: Mirror, *more: str, expect: int = 0) -> dict[str, Any]:
    keys = str(mirror.folder.parent / "keys")
    done = mirror.command("key", "init", "--json", "--no-passphrase", "--keys", keys, *more, expect=expect)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def shown(mirror: Mirror) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(mirror.command("key", "show", "--json").stdout)
    return found


def test_three_root_keys_of_which_two_sign(mirror: Mirror) -> None:
    made = init(mirror)

    assert (made["threshold"], len(made["roles"]["root"])) == (2, 3)
    for place in (mirror.folder.parent / "keys").iterdir():
        assert place.suffix == ".pub" or place.stat().st_mode & 0o077 == 0
    assert 'keys = "' in mirror.configuration
    assert (mirror.folder / "trust/root/1.root.json").is_file()
    assert "PRIVATE" not in "".join(p.read_text() for p in (mirror.folder / "trust").rglob("*.json"))


def test_one_person_is_told_what_that_gives_up(mirror: Mirror) -> None:
    keys = str(mirror.folder.parent / "keys")
    said = mirror.command("key", "init", "--one-person", "--no-passphrase", "--keys", keys).stderr

    assert "What this gives up" in said
    assert shown(mirror)["roles"]["targets"] == shown(mirror)["roles"]["root"]


def test_keys_are_made_once(mirror: Mirror) -> None:
    init(mirror)
    before = (mirror.folder.parent / "keys/root-1").read_bytes()
    init(mirror, expect=3)
    assert (mirror.folder.parent / "keys/root-1").read_bytes() == before


@pytest.mark.parametrize("place", ["keys", "out/keys", "trust"])
def test_keys_within_the_mirror_are_refused(mirror: Mirror, place: str) -> None:
    refused = mirror.command("key", "init", "--no-passphrase", "--keys", place, expect=3)
    assert "must not lie in the mirror's folder" in refused.stderr
    assert not list(mirror.folder.rglob("*.pub"))


def test_keys_in_a_git_work_tree_are_refused(mirror: Mirror, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "tree")], check=True)
    refused = mirror.command(
        "key", "init", "--no-passphrase", "--keys", str(tmp_path / "tree/keys"), expect=3
    )
    assert "git work tree" in refused.stderr


def test_a_build_refuses_keys_that_were_moved_into_the_mirror(mirror: Mirror) -> None:
    init(mirror)
    mirror.command("build")
    shutil.move(mirror.folder.parent / "keys", mirror.folder / "keys")
    mirror.configure(mirror.configuration.partition("[trust]")[0] + '[trust]\nkeys = "keys"\n')
    refused = mirror.command("build", "--full", expect=3)
    assert "must not lie in the mirror's folder" in refused.stderr


def test_a_key_that_others_can_read_does_not_sign(mirror: Mirror) -> None:
    init(mirror)
    (mirror.folder.parent / "keys/online").chmod(0o644)
    refused = mirror.command("build", expect=3)
    assert "others can read this private key" in refused.stderr
    assert "chmod 600" in refused.stderr


def test_a_key_that_is_not_at_hand_is_named(mirror: Mirror) -> None:
    init(mirror)
    (mirror.folder.parent / "keys/online").unlink()
    refused = mirror.command("build", expect=3)
    assert "the private half of online is not at hand" in refused.stderr


def test_a_change_of_keys_waits_for_the_second_signature(mirror: Mirror, tmp_path: Path) -> None:
    init(mirror)
    away = tmp_path / "away"
    away.mkdir()
    for name in ("root-2", "root-2.pub", "root-3", "root-3.pub"):
        shutil.move(mirror.folder.parent / "keys" / name, away)

    waits = json.loads(mirror.command("key", "rotate", "online", "--json", expect=1).stdout)
    assert [one["kind"] for one in waits["pending"]] == ["root", "targets"]
    assert "1 of 2 signatures" in waits["pending"][0]["lacking"]
    assert shown(mirror)["root"] == 1  # the one before is still in force
    assert "waits for signatures" in mirror.command("key", "revoke", "root-3", expect=2).stderr

    # Another holder, who has no mirror, signs what was sent.
    sent = tmp_path / "elsewhere" / "root.next.json"
    sent.parent.mkdir()
    shutil.copy(mirror.folder / "trust/root.next.json", sent)
    mirror.command("key", "sign", str(sent), "--key", str(away / "root-2"))
    done = json.loads(mirror.command("key", "sign", "--take", str(sent), "--json").stdout)
    assert (done["root"], done["pending"]) == (2, [])
    assert done["roles"]["online"][0]["name"] == "online.2"
    mirror.command("build")


def test_a_new_online_key_waits_for_targets_that_name_it(mirror: Mirror, tmp_path: Path) -> None:
    init(mirror)
    mirror.command("build")
    away = tmp_path / "targets"
    for suffix in ("", ".pub"):
        (mirror.folder.parent / f"keys/targets{suffix}").rename(f"{away}{suffix}")

    waits = json.loads(mirror.command("key", "rotate", "online", "--json", expect=1).stdout)
    assert (waits["root"], [one["kind"] for one in waits["pending"]]) == (1, ["root", "targets"])
    mirror.command("build", "--full")  # goes on with the key before
    verified(mirror)
    assert json.loads(mirror.command("key", "sign", "--key", str(away), "--json").stdout)["root"] == 2
    mirror.command("build")
    verified(mirror)


def test_other_root_keys_come_in_force_without_the_key_of_targets(mirror: Mirror) -> None:
    init(mirror)
    (mirror.folder.parent / "keys/targets").unlink()
    done = json.loads(mirror.command("key", "revoke", "root-3", "--json", expect=1).stdout)
    assert (done["root"], [one["kind"] for one in done["pending"]]) == (2, ["targets"])
    mirror.command("build")
    verified(mirror)


def verified(mirror: Mirror) -> None:
    mirror.command("verify", "out/markdown", "--key", "trust/root/1.root.json", "--fresh")


def test_a_document_that_was_altered_on_its_way_is_not_taken(mirror: Mirror, tmp_path: Path) -> None:
    init(mirror)
    for name in ("root-2", "root-3"):
        (mirror.folder.parent / "keys" / name).rename(tmp_path / name)
    mirror.command("key", "rotate", "online", expect=1)
    sent = tmp_path / "root.next.json"
    sent.write_bytes(
        (mirror.folder / "trust/root.next.json").read_bytes().replace(b'"threshold":2', b'"threshold":1')
    )
    refused = mirror.command("key", "sign", "--take", str(sent), expect=2)
    assert "is not what waits for signatures" in refused.stderr


def test_root_keys_come_and_go(mirror: Mirror, tmp_path: Path) -> None:
    init(mirror)
    new = tmp_path / "colleague"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "colleague", "-f", new], check=True)
    mirror.command("key", "add", "root", f"{new}.pub", "--threshold", "3", "--key", str(new))
    assert (shown(mirror)["threshold"], len(shown(mirror)["roles"]["root"])) == (3, 4)
    mirror.command("key", "revoke", "root-1", "--threshold", "2", "--key", str(new))
    assert [one["name"] for one in shown(mirror)["roles"]["root"]] == ["root-2", "root-3", "colleague"]
    assert "a threshold from 1 to 3" in mirror.command(
        "key", "revoke", "root-2", "--threshold", "5", expect=2
    ).stderr.replace("1 to 2", "1 to 3")
    mirror.command("key", "rotate", "targets", "--no-passphrase")
    mirror.command("key", "renew", "--key", str(new))


def test_keys_in_an_agent_sign_without_files(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(mirror, "--one-person")
    socket = str(tmp_path / "agent")
    with subprocess.Popen(
        ["ssh-agent", "-a", socket, "sh", "-c", "echo && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as agent:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        keys = mirror.folder.parent / "keys"
        assert agent.stdout is not None
        agent.stdout.readline()  # from then on it listens
        subprocess.run(["ssh-add", "-q", keys / "online"], check=True)
        shutil.rmtree(keys)
        mirror.command("build")
        assert agent.stdin is not None
        agent.stdin.close()
    assert (mirror.folder / "out/markdown/metadata/timestamp.json").is_file()
