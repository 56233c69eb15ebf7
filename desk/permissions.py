"""What each role may do: the one table that handlers, navigation and tests go by."""

from __future__ import annotations

from typing import Final

ROLES: Final = ("agent", "staff", "supervisor", "admin")

_ON_CASES = frozenset({"staff", "supervisor"})
_IN_CHARGE = frozenset({"supervisor"})
_ADMIN = frozenset({"admin"})

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "own_account": frozenset(ROLES),
    "look_up": frozenset({"agent"}) | _ON_CASES,
    "see_queue": _ON_CASES,
    "read_conversation": _ON_CASES,
    "claim": _ON_CASES,
    "chat": _ON_CASES,
    "write_note": _ON_CASES,
    "resolve_own": _ON_CASES,
    "see_own_callback": _ON_CASES,
    "take_over": _IN_CHARGE,
    "reassign": _IN_CHARGE,
    "review": _IN_CHARGE,
    "report": _IN_CHARGE,
    "see_audit": _IN_CHARGE | _ADMIN,
    "see_whole_audit": _ADMIN,
    "manage_accounts": _ADMIN,
    "change_settings": _ADMIN,
}


def may(role: str, permission: str) -> bool:
    """Raises ``KeyError`` for a permission that there is not."""
    return role in PERMISSIONS[permission]
