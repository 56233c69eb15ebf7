"""Rules with one thing wrong: a comparison turned round, a limit moved by one, a condition left out, a figure changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from policy_kb.eligibility.schema import RuleSpec, dumped
from policy_kb.knowledge import KnowledgeBase

_OTHER_COMPARISONS = {"below": ["at_most", "at_least"], "at_most": ["below", "at_least"], "at_least": ["below"]}


def mutants(rule: RuleSpec) -> Iterator[tuple[str, RuleSpec]]:
    """Every rule that differs from ``rule`` in one condition or one limit, with what was changed."""
    body = dumped(rule)
    for index, condition in enumerate(body["conditions"]):
        name = condition["id"]
        if len(body["conditions"]) > 1:
            yield f"{name} left out", _with(body, [*body["conditions"][:index], *body["conditions"][index + 1:]])
        for what, changed in _changed(condition):
            full = {"id": name, "text": condition["text"]} | changed
            yield f"{name}: {what}", _with(body, [*body["conditions"][:index], full, *body["conditions"][index + 1:]])


def _with(body: dict[str, Any], conditions: list[dict[str, Any]]) -> RuleSpec:
    used = repr(conditions) + repr(body.get("estimate"))
    kept = {name: p for name, p in body.get("parameters", {}).items() if repr(name) in used}
    return RuleSpec.model_validate(body | {"conditions": conditions, "parameters": kept})


def _changed(c: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for operator, others in _OTHER_COMPARISONS.items():
        if operator in c:
            rest = {k: v for k, v in c.items() if k != operator}
            for other in others:
                yield f"{c['fact']} {operator} → {other}", rest | {other: c[operator]}
            yield from ((f"{c['fact']} {operator} {what}", rest | {operator: limit}) for what, limit in _moved(c[operator]))
    if "is" in c:
        value = c["is"]
        if isinstance(value, bool):
            yield f"{c['fact']} is {not value}", c | {"is": not value}
        else:
            yield f"{c['fact']} is not {value}", {k: v for k, v in c.items() if k not in {"fact", "is"}} | {
                "not": {"fact": c["fact"], "is": value}}
    for operator in ("one_of", "includes"):
        for left_out in c.get(operator, ()) if len(c.get(operator, ())) > 1 else ():
            yield f"{c['fact']} {operator} without {left_out}", c | {operator: [v for v in c[operator] if v != left_out]}
        if operator in c and len(c[operator]) == 1:
            yield f"{c['fact']} not {operator} {c[operator]}", _negated(c, operator)
    for left_out in c.get("qualifies", ()) if len(c.get("qualifies", ())) > 1 else ():
        yield f"qualifies without {left_out}", c | {"qualifies": [v for v in c["qualifies"] if v != left_out]}
    if "qualifies" in c and len(c["qualifies"]) == 1:
        yield f"not qualifies {c['qualifies']}", {k: v for k, v in c.items() if k != "qualifies"} | {
            "not": {"qualifies": c["qualifies"]}}
    if "within" in c:
        yield "anywhere but within", {k: v for k, v in c.items() if k != "within"} | {"not": {"within": c["within"]}}
    if "not" in c:
        yield "not taken away", {k: v for k, v in c.items() if k != "not"} | _bare(c["not"])
        for what, inner in _changed(c["not"]):
            yield f"not({what})", c | {"not": inner}
    for operator, other in (("all", "any"), ("any", "all")):
        if operator not in c:
            continue
        parts = c[operator]
        if len(parts) > 1:
            yield f"{operator} → {other}", {k: v for k, v in c.items() if k != operator} | {other: parts}
        for index, part in enumerate(parts):
            before, after = parts[:index], parts[index + 1:]
            if len(parts) > 1:
                yield f"{operator} without {_name(part)}", c | {operator: [*before, *after]}
            for what, inner in _changed(part):
                yield what, c | {operator: [*before, inner, *after]}


def _negated(c: dict[str, Any], operator: str) -> dict[str, Any]:
    rest = {k: v for k, v in c.items() if k not in {"fact", operator}}
    return rest | {"not": {"fact": c["fact"], operator: c[operator]}}


def _bare(c: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in c.items() if k not in {"id", "text"}}


def _name(c: dict[str, Any]) -> str:
    return c.get("text") or c.get("fact") or next(iter(c))


def _moved(limit: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(limit, dict):
        times = limit.get("times", 1.0)
        for factor in (times * 1.01, times * 0.99):
            yield f"times {factor:g}", limit | {"times": factor}
    else:
        for other in (limit + 1, limit - 1):
            yield f"{other:g}", other


def with_rule(kb: KnowledgeBase, rule: RuleSpec) -> KnowledgeBase:
    """The base with this rule in the place of the one of the same id."""
    return replace(kb, rules=tuple(rule if r.id == rule.id else r for r in kb.rules))


def with_value(kb: KnowledgeBase, provision: str, by: float) -> KnowledgeBase:
    """The base with one figure changed."""
    return replace(kb, provisions=tuple(
        replace(p, value=p.value + by) if p.id == provision else p for p in kb.provisions
    ))
