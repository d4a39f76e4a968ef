"""``health.json``: what the last check of the mirror list found.

It is the operator's own note; readers get it as a page, which is signed like all pages.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from mirrorpress.errors import TrustError
from mirrorpress.model import STATES, Health, Visit
from mirrorpress.trust.mirrors import document_of

_FORM = "health 1"
_LARGEST = 256_000  # bytes
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_HINT = "remove it, then run: mirrorpress mirrors check"


def read_health(data: bytes, where: str) -> Health:
    """Raises ``TrustError`` for a file of another form."""
    found = document_of(data, where, _FORM, {"checked", "mirrors"}, largest=_LARGEST, hint=_HINT)
    try:
        return Health(_moment(found["checked"]), tuple(map(_visit, found["mirrors"])))
    except (KeyError, TypeError, ValueError) as error:
        raise TrustError("has an entry that cannot be read", where=where, hint=_HINT) from error


def written_health(health: Health) -> bytes:
    """The file, a mirror a line."""
    lines = ",\n".join(json.dumps(as_json(one), ensure_ascii=False) for one in health.visits)
    checked = f"{health.checked_at:{_MOMENT}}"
    return f'{{\n"mirrorpress": "{_FORM}",\n"checked": "{checked}",\n"mirrors": [\n{lines}\n]\n}}\n'.encode()


def as_json(visit: Visit) -> dict[str, Any]:
    """What one address gave."""
    return {
        "address": visit.address,
        "state": visit.state,
        "signed": f"{visit.signed_at:{_MOMENT}}" if visit.signed_at else "",
        "behind": visit.behind,
        "reason": visit.reason,
    }


def _visit(entry: Any) -> Visit:
    state, behind = entry["state"], entry["behind"]
    if state not in STATES or not (behind is None or isinstance(behind, int)):
        raise ValueError("no state of a mirror")
    signed = _moment(entry["signed"]) if entry["signed"] else None
    return Visit(str(entry["address"]), state, signed, behind, str(entry["reason"]))


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
