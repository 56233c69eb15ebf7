"""Household facts as JSON Schema, made from the knowledge base so that the document never says otherwise. Pure."""

from __future__ import annotations

from typing import Any

from policy_kb import KnowledgeBase
from policy_kb.eligibility.facts import MAX_MEMBERS, MEMBERS, NONE_AT_ALL, RECEIVING, REGION, whole
from policy_kb.eligibility.schema import NUMERIC, FactSpec

Schema = dict[str, Any]
_NULL: Schema = {"type": "null"}


def household_schemas(kb: KnowledgeBase) -> dict[str, Schema]:
    """The components that follow from the base: benefits with rules, the facts of a household and of its members."""
    facts = {name: fact_schema(kb, spec) for name, spec in kb.household_facts.items()}
    own = {name: s for name, s in facts.items() if kb.household_facts[name].about != "household"}
    return {
        "BenefitWithRule": {"enum": sorted(kb.rules_of), "description": "a benefit somebody wrote a rule for"},
        "HouseholdFacts": _closed(
            facts | {
                REGION: {"anyOf": [{"$ref": "#/components/schemas/RegionCode"}, _NULL]},
                MEMBERS: {
                    "type": ["array", "null"], "maxItems": MAX_MEMBERS, "description": "the others in the household",
                    "items": {"$ref": "#/components/schemas/MemberFacts"},
                },
            },
            "null or absent: unknown. A number is exact or a range; an end left out is open.",
        ),
        "MemberFacts": _closed(own, "what holds of one other person in the household"),
    }


def _closed(properties: dict[str, Schema], description: str) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, "description": description}


def fact_schema(kb: KnowledgeBase, spec: FactSpec) -> Schema:
    """What :func:`policy_kb.eligibility.facts.value_of` takes for one fact, or null."""
    about = "，".join(filter(None, [spec.question, f"单位：{spec.unit}" if spec.unit else None]))
    return {"title": spec.label, "anyOf": [*_values(kb, spec), _NULL]} | ({"description": about} if about else {})


def _values(kb: KnowledgeBase, spec: FactSpec) -> list[Schema]:
    if spec.kind == "bool":
        return [{"type": "boolean"}]
    if spec.kind in NUMERIC:
        number = _number(spec, "number" if spec.kind == "money" else "integer")
        return [number, _range(number)]
    known = [o.value for o in spec.options]
    if spec.kind == "choice":
        titles = "，".join(f"{o.value} {o.title}" for o in spec.options)
        grades = all(type(k) is int for k in known)
        return [{"enum": known, "description": titles}, *([_range(_number(spec, "integer"))] if grades else [])]
    some = sorted({*known, *(kb.benefits if spec.id == RECEIVING else ())} - {NONE_AT_ALL})
    lists: list[Schema] = [{"type": "array", "items": {"enum": some}}]
    return [*lists, {"type": "array", "items": {"const": NONE_AT_ALL}, "minItems": 1}] if NONE_AT_ALL in known else lists


def _number(spec: FactSpec, kind: str) -> Schema:
    least, most = whole(spec)
    found: Schema = {"type": kind, "minimum": _plain(least)}
    return found | ({"maximum": _plain(most)} if most < float("inf") else {})


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _range(number: Schema) -> Schema:
    """``{"low", "high"}`` with at least one end; that low is not above high no schema can say."""
    end = {"anyOf": [number, _NULL]}
    return {
        "type": "object", "additionalProperties": False, "properties": {"low": end, "high": end},
        "anyOf": [{"required": ["low"], "properties": {"low": number}}, {"required": ["high"], "properties": {"high": number}}],
    }
