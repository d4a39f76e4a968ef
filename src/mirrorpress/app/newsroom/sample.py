"""The configuration with which the sample newsroom is mirrored."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from mirrorpress.app.newsroom.site import fill


def sample_configuration(url: str, remote: str) -> str:
    """The text of a ``mirrorpress.toml`` that mirrors the newsroom at ``url`` (http://host:port) into
    the git repository ``remote``: a path or anything else that git can push to."""
    # A JSON string is a TOML basic string, so a Windows path or a quote in it does no harm.
    quoted = json.dumps(remote, ensure_ascii=False)
    return fill("mirrorpress.toml", {"url": url.rstrip("/"), "host": urlsplit(url).netloc, "remote": quoted})
