"""Characters one of which a text must hold for a pattern to be found in it: most patterns need not be tried at all. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable

try:
    from re import _constants as op
    from re import _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as op
    import sre_parse as parser

# A set of more characters says too little.
_MOST = 200
_IGNORECASE = parser.SRE_FLAG_IGNORECASE
_ONE_OR_MORE = {getattr(op, name) for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") if hasattr(op, name)}

Weight = Callable[[str], float]


def needed(pattern: str, weight: Weight) -> frozenset[str] | None:
    """Characters of which every text that ``pattern`` is found in has at least one: of several such sets the lightest altogether;
    None where there is none to tell.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = parser.parse(pattern)
    except Exception:  # written for another engine: \p{Han}
        return None
    return None if parsed.state.flags & _IGNORECASE else _of_all(parsed, weight)


def _of_all(items: Iterable[tuple], weight: Weight) -> frozenset[str] | None:
    """Of what must stand one after the other."""
    sets = [found for item in items if (found := _of(item, weight)) is not None]
    return min(sets, key=lambda s: sum(map(weight, s)), default=None)


def _of(item: tuple, weight: Weight) -> frozenset[str] | None:
    kind, value = item
    if kind is op.LITERAL:
        return frozenset(chr(value))
    if kind is op.IN:
        return _of_set(value)
    if kind is op.BRANCH:
        return _of_any([_of_all(branch, weight) for branch in value[1]])
    if kind is op.SUBPATTERN:
        return None if value[1] & _IGNORECASE else _of_all(value[-1], weight)
    if kind in _ONE_OR_MORE:
        return _of_all(value[2], weight) if value[0] > 0 else None
    return None


def _of_set(members: Iterable[tuple]) -> frozenset[str] | None:
    found: set[str] = set()
    for kind, value in members:
        if kind is op.LITERAL:
            found.add(chr(value))
        elif kind is op.RANGE and value[1] - value[0] < _MOST:
            found.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(found) if len(found) <= _MOST else None


def _of_any(sets: list[frozenset[str] | None]) -> frozenset[str] | None:
    return None if None in sets else frozenset().union(*sets)
