"""What a change of the data alters is told whole: the items, and every answer in every place it alters."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from small_kb import CITY, COUNTRY, DISTRICT, REPORT, SIBLING, TODAY, base, day, figure, statement

from policy_kb.changes import changed_answers, changed_items, value_of
from policy_kb.eligibility.schema import FactSpec, RuleSpec, dumped
from policy_kb.knowledge import (
    AspectName,
    Audience,
    Benefit,
    Emergency,
    Evidence,
    Institution,
    InstitutionKind,
    KnowledgeBase,
    Lead,
    Need,
    Office,
    OutOfScope,
    Region,
    Topic,
)
from policy_kb.loader import SHIPPED
from policy_kb.yamlsource import read_file

WORDING = dict(read_file(SHIPPED / "wording.yaml").data.wording)


def told(*provisions, **more) -> KnowledgeBase:
    """A small base that can answer in words."""
    return base(*provisions, **({"wording": WORDING} | more))


OLD = figure("rural-2018", 450)


def items(before: KnowledgeBase, after: KnowledgeBase) -> list[tuple[str, str]]:
    return [(x.kind, x.id) for x in changed_items(before, after)]


# —— items ——


def test_the_same_base_has_no_changes():
    assert items(told(OLD), told(OLD)) == []
    assert changed_answers(told(OLD), told(OLD), TODAY) == []


def test_a_changed_figure_is_told_with_both_values():
    (change,) = changed_items(told(OLD), told(replace(OLD, value=460)))
    assert (change.kind, change.id, change.fields, change.came, change.went) == (
        "provisions", "rural-2018", (("value", 450, 460),), False, False,
    )


def test_a_changed_condition_names_each_field_that_changed():
    new = replace(OLD, audience=Audience(residence="rural"), as_at=day("2019-12-31"))
    (change,) = changed_items(told(OLD), told(new))
    assert [name for name, _, _ in change.fields] == ["audience", "as_at"]


def test_what_came_and_what_went_is_told():
    (gone,), (came,) = changed_items(told(OLD), told()), changed_items(told(), told(OLD))
    assert (gone.id, gone.went, gone.came) == ("rural-2018", True, False)
    assert (came.id, came.went, came.came) == ("rural-2018", False, True)


def test_a_provision_that_only_moved_in_its_file_did_not_change():
    other = statement("words")
    assert items(told(OLD, other), told(other, OLD)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"documents": (replace(REPORT, number="1号"),)}, {"documents": (REPORT,)}),
        ({"documents": (replace(REPORT, sha256="0" * 64),)}, {"documents": (REPORT,)}),
        ({"leads": (Lead(DISTRICT, "allowance", "区局"),)}, {"leads": (Lead(DISTRICT, "allowance", "区民政局"),)}),
        ({"leads": (Lead(DISTRICT, "allowance", "区局"),)}, {}),
    ],
    ids=["number", "hash", "lead", "lead gone"],
)
def test_a_document_or_a_lead_that_changed_is_told(one, other):
    assert len(items(told(OLD, **one), told(OLD, **other))) == 1


# Something in every part of the base; what differs in it must never be told as 没有任何改变.
PARTS = {
    "regions": {"900000": Region("900000", "新省", COUNTRY, "province")},
    "benefits": {"new": Benefit("new", "新", "弱有所扶", "民政部门")},
    "topics": {"t": Topic("t", "话题", (), ("allowance",))},
    "aspects": {"fee": AspectName("fee", "费用", "多少钱？")},
    "offices": {"o": Office("o", "窗口", DISTRICT, "office", "办事")},
    "needs": {"n": Need("n", "失能老人")},
    "institution_kinds": {"care_home": InstitutionKind("care_home", "养老院", "allowance")},
    "institutions": {"i": Institution("i", "某院", "care_home", DISTRICT, "law")},
    "leads": (Lead(DISTRICT, "allowance", "区局"),),
    "emergencies": (Emergency("violence", "110", "躲", ("打我",)),),
    "out_of_scope": (OutOfScope("stocks", ("股市",), "不知道。"),),
    "everyday_words": frozenset({"公安"}),
    "seeking_words": frozenset({"哪家"}),
    "wording": {"new": "新"},
    "answer_words": {"unknown": ["不知道"]},
    "household_facts": {"f": FactSpec(id="f", label="年龄", kind="integer", unit="岁", low=0)},
    "rules": (RuleSpec(id="r", benefit="allowance", document="law", section="第一条", next_step="去问",
                       conditions=[{"id": "old", "text": "满60岁", "fact": "f", "at_least": 60}]),),
}


def test_every_part_of_the_base_is_among_those_below():
    rest = {"version", "documents", "provisions", "audiences"}
    assert set(PARTS) == {f.name for f in fields(KnowledgeBase)} - rest


@pytest.mark.parametrize("part", PARTS)
def test_a_change_in_any_part_of_the_base_is_told(part):
    """A number to call in danger that was changed by mistake must not pass as no change."""
    before = told(OLD)
    old = getattr(before, part)
    after = replace(before, **{part: old | PARTS[part] if not isinstance(old, tuple) else old + PARTS[part]})
    assert list(changed_items(before, after)) != []
    assert list(changed_items(after, before)) != []


def test_a_changed_condition_of_a_rule_is_told():
    rule = PARTS["rules"][0]
    stricter = RuleSpec.model_validate({**dumped(rule), "conditions": [{"id": "old", "text": "满65岁", "fact": "f", "at_least": 65}]})
    (change,) = changed_items(told(OLD, rules=(rule,)), told(OLD, rules=(stricter,)))
    assert (change.kind, [name for name, _, _ in change.fields]) == ("rules", ["conditions"])


# —— answers ——


def asked(before: KnowledgeBase, after: KnowledgeBase, on=TODAY) -> dict:
    """(benefit, aspect) → the places where the answer differs, and the lines that went and came."""
    found = {}
    for c in changed_answers(before, after, on):
        found.setdefault((c.benefit, c.aspect), []).append((set(c.regions), " ".join(c.removed), " ".join(c.added)))
    return found


def test_a_changed_figure_changes_the_answer_in_its_own_place_only():
    before, after = (told(figure("f", v), figure("g", 300, SIBLING)) for v in (450, 460))
    places = {r for changes in asked(before, after).values() for regions, _, _ in changes for r in regions}
    assert DISTRICT in places
    assert SIBLING not in places
    ((_, removed, added),) = [c for c in asked(before, after)["allowance", "amount"] if DISTRICT in c[0]]
    assert "450" in removed and "460" not in removed
    assert "460" in added and "450" not in added


def test_a_city_s_changed_rule_is_told_for_every_place_it_holds_in():
    law = replace(statement("old-rule", CITY), statement="满60岁。")
    before, after = (told(law_, OLD, figure("g", 300, SIBLING)) for law_ in (law, replace(law, statement="满65岁。")))
    regions = set().union(*(c[0] for c in asked(before, after)["allowance", "eligibility"]))
    assert {CITY, DISTRICT, SIBLING} <= regions


def test_a_place_where_nothing_was_held_before_is_asked_about():
    assert DISTRICT in set().union(*(c[0] for c in asked(told(), told(OLD))["allowance", "amount"]))


def test_a_figure_that_holds_only_later_changes_no_answer_of_today():
    later = figure("later", 500, effective_from=day("2027-01-01"))
    assert asked(told(OLD), told(OLD, later)) == {}
    assert asked(told(OLD), told(OLD, later), day("2027-01-02")) != {}


def test_evidence_alone_changes_no_answer():
    assert asked(told(OLD), told(replace(OLD, evidence=Evidence("第一条", 1, 3)))) == {}


def test_a_benefit_that_went_is_told_and_asks_nothing_that_fails():
    without = told()
    without = replace(without, benefits={k: v for k, v in without.benefits.items() if k != "allowance"})
    assert ("allowance", "amount") in asked(told(OLD), without)
    assert ("allowance", "amount") in asked(without, told(OLD))


def test_a_place_that_went_is_not_asked_about():
    zone = Region(f"{DISTRICT}-zone", "某新区", DISTRICT, "zone")
    with_zone = told(figure("f", 5, zone.code), regions=told().regions | {zone.code: zone})
    assert zone.code not in {r for changes in asked(with_zone, told()).values() for c in changes for r in c[0]}


def test_progress_is_told_for_each_benefit():
    steps = []
    changed_answers(told(OLD), told(OLD), TODAY, lambda done, of: steps.append((done, of)))
    assert steps == [(0, 2), (1, 2)]


@pytest.mark.parametrize(
    ("p", "written"),
    [(OLD, "450元/月"), (replace(OLD, period=None), "450元"), (statement("words"), ""), (figure("f", 0.5, unit="%", period=None), "0.5%")],
)
def test_a_figure_is_written_with_unit_and_period(p, written):
    assert value_of(p) == written


