"""Letting git reach only what the fetcher may reach: it connects by itself, so it is told where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpcore2

from mirrorpress.errors import FetchError
from mirrorpress.gather.addresses import Guard, Lookup, system_lookup
from mirrorpress.model import FetchPolicy


@dataclass(frozen=True, slots=True)
class Reach:
    """What git may reach: its settings (``name=value``), and variables of its environment, which alone may
    hold a password."""

    settings: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def options(self) -> list[str]:
        """The settings on git's command line."""
        return [part for setting in self.settings for part in ("-c", setting)]


ANYWHERE = Reach()


def reach_of(address: str, policy: FetchPolicy, seconds: float, *, lookup: Lookup = system_lookup) -> Reach:
    """So that git may read ``address`` (https, or http) and nothing else: by no other protocol, at no address
    that is not public, without following a redirect.

    Behind the policy's proxy it is the proxy that looks names up. Raises ``RefusedError`` for an address that
    is not public, ``FetchError`` for a name that is not found within ``seconds``.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    settings = ("http.followRedirects=false", "protocol.allow=never", f"protocol.{parts.scheme}.allow=always")
    guard = Guard(policy.allow_private, lookup=lookup)
    if policy.proxy:
        guard.check(host, port)
        return Reach(settings, {"http_proxy": policy.proxy, "https_proxy": policy.proxy})
    try:
        found = guard.addresses_of(host, port, seconds)
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
        raise FetchError(f"{host} is not found", where=address, hint="check the name") from error
    # git 2.37 and newer connect to just these; older ones look the name up once more.
    pins = f"http.curloptResolve={host}:{port}:{','.join(found)}"
    return Reach((*settings, "http.proxy=", pins), {"no_proxy": "*"})
