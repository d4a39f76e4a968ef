"""The headers that a web server should send with a site, beside the policy that each page carries itself.

Every page holds its own Content-Security-Policy; a browser obeys that and the server's. The server's is one
for all pages, so it allows what any of them needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from mirrorpress.editions.sitesafety import hash_of

Server = Literal["nginx", "caddy", "netlify"]
"""Netlify's ``_headers`` is read by Cloudflare Pages, too."""
SERVERS: tuple[Server, ...] = get_args(Server)

_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src '{style}'; manifest-src 'self'; "
    "script-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_LONG = "public, max-age=31536000, immutable"  # what stands at a name made of its content
_ASSET = r"/assets/[0-9a-f]{2}/[0-9a-f]{16}\.[a-z]+$"  # below any path; a section may be called "assets"
_SHORT = "public, max-age=300"
_PERMISSIONS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), geolocation=(), gyroscope=(), "
    "microphone=(), payment=(), usb=()"
)


def headers(style: str) -> Mapping[str, str]:
    """What is sent with every file of a site with this style."""
    return {
        "Content-Security-Policy": _POLICY.format(style=hash_of(style)),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
        "Cache-Control": _SHORT,
    }


def for_server(server: Server, style: str) -> str:
    """The headers as lines of a server's own configuration."""
    return {"nginx": _nginx, "caddy": _caddy, "netlify": _netlify}[server](headers(style))


def of_every_file(text: str) -> Mapping[str, str]:
    """The headers that a ``_headers`` file gives every file."""
    first = text.partition("\n\n")[0].splitlines()[1:]
    return dict(line.strip().split(": ", 1) for line in first)


def _netlify(found: Mapping[str, str]) -> str:
    # What two rules say of one file is joined by some hosts: Cache-Control stands in one rule only, and what
    # these hosts say of other files by themselves is to ask again each time.
    every = "".join(f"  {name}: {value}\n" for name, value in found.items() if name != "Cache-Control")
    return f"/*\n{every}\n/assets/*\n  Cache-Control: {_LONG}\n"


def _nginx(found: Mapping[str, str]) -> str:
    # add_header in a location hides those outside: all are said again.
    def lines(indent: str, cache: str) -> str:
        values = {**found, "Cache-Control": cache}
        return "".join(f'{indent}add_header {name} "{value}" always;\n' for name, value in values.items())

    return (
        "# within the server block of the site\n"
        f"{lines('', _SHORT)}"
        "gzip_static on;\ngzip_vary on;\n"
        "# brotli_static on;   # with ngx_brotli\n"
        "error_page 404 /404.html;\n"
        f'location ~ "{_ASSET}" {{\n'
        f"{lines('    ', _LONG)}"
        "}\n"
        "types_hash_max_size 4096;\n"
        "location ~ \\.webmanifest$ { types { } default_type application/manifest+json; }\n"
    )


def _caddy(found: Mapping[str, str]) -> str:
    every = "".join(f'\t{name} "{value}"\n' for name, value in found.items() if name != "Cache-Control")
    # Caddy puts what has a matcher before what has none, which would then say the last word.
    return (
        "# within the site block\n"
        f"header {{\n{every}}}\n"
        f"@lasting path_regexp {_ASSET}\n"
        f'header @lasting Cache-Control "{_LONG}"\n'
        f"@other not path_regexp {_ASSET}\n"
        f'header @other Cache-Control "{_SHORT}"\n'
        "@manifest path *.webmanifest\n"
        "header @manifest Content-Type application/manifest+json\n"
        "file_server {\n\tprecompressed br gzip\n}\n"
        "handle_errors {\n\trewrite * /404.html\n\tfile_server\n}\n"
    )
