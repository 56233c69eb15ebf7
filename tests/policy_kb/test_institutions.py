"""Care homes: found by place and need, told with their source; never another province's, and none made up."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from small_kb import ABROAD, CITY, COUNTRY, DISTRICT, LAW, PROVINCE, REPORT, SIBLING, TODAY, base, day

from policy_kb.answering import answer
from policy_kb.answers import Answer, Query
from policy_kb.institutions import MAX_SHOWN, find
from policy_kb.knowledge import Benefit, Institution, InstitutionKind, KnowledgeBase, Lead, Need
from policy_kb.loader import SHIPPED
from policy_kb.yamlsource import read_file

WORDING = dict(read_file(SHIPPED / "wording.yaml").data.wording)
LIST = replace(REPORT, id="list", title="养老机构名单")
KINDS = {
    "care_home": InstitutionKind("care_home", "养老院", "care"),
    "children_home": InstitutionKind("children_home", "儿童福利院", "care"),
    "relief_station": InstitutionKind("relief_station", "救助站", "care"),
}
NEEDS = {n: Need(n, label) for n, label in {"disabled": "失能老人", "dementia": "失智老人", "children": "孤儿"}.items()}
CARE = Benefit("care", "养老服务", "老有所养", "民政部门")


def home(name: str, region: str = DISTRICT, **more) -> Institution:
    return Institution(name, f"{name}养老院", **({"kind": "care_home", "region": region, "document": "list", "benefits": ("care",), "as_at": day("2025-12-31")} | more))


def town(*homes: Institution, **more) -> KnowledgeBase:
    kb = base(documents=(LIST,), wording=WORDING, institution_kinds=KINDS, needs=NEEDS, institutions={i.id: i for i in homes}, **more)
    return replace(kb, benefits=kb.benefits | {"care": CARE})


def seek(kb: KnowledgeBase, region: str | None = DISTRICT, *needs: str, kind: str | None = "care_home", **more) -> Answer:
    return answer(kb, Query((), None, region, TODAY, seeks=kind, needs=frozenset(needs), **more))


def named(told: Answer) -> list[str]:
    return [(f.name or "").removesuffix("养老院") for f in told.facts]


# —— by place ——


def test_a_place_s_own_homes_are_told_as_local():
    told = seek(town(home("甲"), home("乙"), home("丙", SIBLING)))
    assert (told.kind, told.coverage, told.region, sorted(named(told))) == ("answer", "local", DISTRICT, ["乙", "甲"])
    assert "丙养老院" not in told.text


def test_a_city_is_told_those_of_all_its_districts():
    assert sorted(named(seek(town(home("甲"), home("丙", SIBLING), home("市", CITY)), CITY))) == sorted(["甲", "丙", "市"])


@pytest.mark.parametrize(("where", "around"), [(SIBLING, "乙市"), (CITY, "乙市"), (PROVINCE, "甲省")])
def test_a_place_without_one_is_told_those_of_the_nearest_wider_place_and_that_they_are_elsewhere(where, around):
    told = seek(town(home("丙", where), home("远", ABROAD)))
    assert named(told) == ["丙"]
    assert told.coverage == "inherited"
    first = told.text.split("\n")[0]
    assert "丙丙区" in first
    assert "还没有收录" in first
    assert around in first


@pytest.mark.parametrize("needs", [(), ("disabled",)])
def test_no_place_is_told_another_province_s_homes(needs):
    told = seek(town(home("远", ABROAD, needs=("disabled",)), home("国", COUNTRY, needs=("disabled",))), DISTRICT, *needs)
    assert told.kind == "notice"
    assert told.facts == ()
    assert "远" not in told.text


def test_where_there_is_none_the_place_is_told_so_and_whom_to_ask():
    told = seek(town(leads=(Lead(DISTRICT, "care", "区民政局"),)))
    assert told.kind == "notice"
    assert (told.benefit, told.region, told.coverage) == ("care", DISTRICT, "none")
    assert "没有收录" in told.text
    assert "区民政局" in told.text
    assert "12345" in told.text


def test_of_the_shipped_homes_no_place_is_ever_told_one_of_another_province(shipped):
    homes = [i for i in shipped.institutions.values() if i.kind == "care_home"]
    assert len(homes) > 30
    for code in sorted({p.region for p in homes} | {"110105", "445303", "500110", "500110-wansheng", "540104", "650100"}):
        mine = [r.code for r in shipped.chain(code)][-2:-1] or [COUNTRY]
        for needs in (frozenset(), frozenset({"disabled"}), frozenset({"dementia", "hospice"})):
            for i in find(shipped, "care_home", code, needs).institutions:
                assert mine[0] in {r.code for r in shipped.chain(i.region)}, (code, i.id)


# —— by need ——


def test_those_that_are_known_to_meet_the_need_are_told_and_only_they():
    told = seek(town(home("甲"), home("乙", needs=("disabled", "dementia"))), DISTRICT, "disabled")
    assert named(told) == ["乙"]
    assert "失能老人" in told.text.split("\n")[0]


def test_several_needs_must_all_be_met_by_the_same_home():
    told = seek(town(home("甲", needs=("disabled",)), home("乙", needs=("disabled", "dementia"))), DISTRICT, "disabled", "dementia")
    assert named(told) == ["乙"]


def test_where_none_is_known_to_meet_the_need_that_is_said_before_the_others_are_told():
    told = seek(town(home("甲")), DISTRICT, "disabled")
    assert named(told) == ["甲"]
    assert re.search("没有写明.*失能老人|失能老人.*没有", told.text.split("\n")[0])


def test_where_only_a_wider_place_has_some_and_none_meets_the_need_both_is_said():
    """Being told of homes elsewhere as if they took the disabled sends somebody on a useless ride."""
    told = seek(town(home("丙", SIBLING)), DISTRICT, "disabled")
    first = told.text.split("\n")[0]
    assert "乙市" in first
    assert "失能老人" in told.text


def test_a_welfare_centre_that_takes_children_answers_for_children():
    assert named(seek(town(home("福", needs=("children",)), home("甲")), kind="children_home")) == ["福"]
    assert seek(town(home("甲")), kind="children_home").kind == "notice"


def test_who_asks_for_a_private_home_is_not_told_a_public_one():
    told = seek(town(home("公"), home("民", public=False)), words="民办养老院有哪些")
    assert named(told) == ["民"]


# —— without a place ——


def test_without_a_place_it_is_asked_for_with_the_provinces_that_have_some():
    told = seek(town(home("甲"), home("远", ABROAD), home("远二", ABROAD)), None)
    assert told.kind == "clarify"
    assert told.facts == ()
    assert [(r.title, r.region, r.seeks) for r in told.quick_replies] == [("戊省", "120000", "care_home"), ("甲省", PROVINCE, "care_home")]
    assert "养老院" in told.text


@pytest.mark.parametrize("region", [None, COUNTRY])
def test_without_a_place_and_with_too_many_that_fit_the_place_is_asked_for(region):
    homes = [home(str(n), needs=("disabled",)) for n in range(MAX_SHOWN + 1)]
    assert seek(town(*homes), region, "disabled").kind == "clarify"


def test_without_a_place_the_few_that_meet_a_rare_need_are_told_each_with_its_place():
    told = seek(town(home("甲", needs=("dementia",)), home("远", ABROAD, needs=("dementia",)), home("乙")), None, "dementia")
    assert told.kind == "answer"
    assert sorted(named(told)) == ["甲", "远"]
    assert all(place in told.text for place in ("甲省乙市丙丙区", "戊省己市庚庚区"))


# —— by name ——


def test_one_asked_about_by_name_is_told_wherever_one_is():
    kb = town(home("甲", beds=120, admits="失能老人。", address="一号", phone="123"), home("乙"))
    told = answer(kb, Query((), None, ABROAD, TODAY, institutions=("甲",)))
    assert named(told) == ["甲"]
    assert all(words in told.text for words in ("甲养老院", "甲省乙市丙丙区", "120张", "失能老人", "一号", "123", "2025年底", "养老机构名单"))


def test_one_asked_about_that_is_no_longer_held_is_not_made_up_and_nothing_breaks():
    """The base may have changed since the button was shown."""
    told = answer(town(home("乙")), Query((), None, DISTRICT, TODAY, institutions=("甲",)))
    assert told.kind in {"notice", "clarify"}
    assert told.facts == ()


# —— what is told of each ——


def test_beds_are_a_reported_figure_with_place_date_and_source():
    (fact,) = seek(town(home("甲", beds=120, section="三"))).facts
    assert (fact.value, fact.unit, fact.nature, fact.comparator, fact.region, fact.as_at) == (120, "张", "reported", "exact", DISTRICT, day("2025-12-31"))
    (cited,) = seek(town(home("甲", beds=120, section="三"))).citations
    assert (cited.document, cited.section, cited.published) == ("养老机构名单", "三", LIST.published)


def test_beds_that_are_only_known_to_be_more_are_told_so():
    told = seek(town(home("甲", beds=120, beds_at_least=True)))
    assert told.facts[0].comparator == "at_least"
    assert "120多张" in told.text


def test_nothing_is_said_of_beds_that_are_not_known():
    told = seek(town(home("甲")))
    assert (told.facts[0].value, told.facts[0].unit) == (None, None)
    assert "床" not in told.text.split("\n")[1]


@pytest.mark.parametrize(("as_at", "historic"), [("2025-12-31", False), ("2020-12-31", True), (None, False)])
def test_what_was_the_case_more_than_eighteen_months_ago_is_marked(as_at, historic):
    told = seek(town(home("甲", beds=120, as_at=as_at and day(as_at))))
    assert told.facts[0].historic is historic
    assert told.citations[0].in_force is (False if historic else None)
    assert (f"{as_at[:4]}年" in told.text) if as_at else "年" not in told.text.split("\n")[1]


def test_every_fact_s_citation_is_its_own_document_and_section():
    law = replace(LAW, id="other", title="另一名单")
    kb = town(home("甲", section="一"), home("乙", section="二"), home("丙", section="一"), home("丁", document="other"))
    kb = replace(kb, documents=kb.documents | {"other": law})
    told = seek(kb)
    for f in told.facts:
        cited, i = told.citations[f.citation], next(i for i in kb.institutions.values() if i.name == f.name)
        assert (cited.document, cited.section) == (kb.documents[i.document].title, i.section)


def test_of_many_the_first_few_are_told_and_how_many_more_there_are():
    told = seek(town(*(home(str(n)) for n in range(MAX_SHOWN + 3))))
    assert len(told.facts) == MAX_SHOWN
    assert "3家" in told.text


def test_every_shipped_home_can_be_told_with_place_and_source(shipped):
    for i in shipped.institutions.values():
        told = answer(shipped, Query((), None, None, TODAY, institutions=(i.id,)))
        assert (told.kind, len(told.facts)) == ("answer", 1), i.id
        assert i.name in told.text
        assert shipped.full_name(i.region) in told.text
        assert shipped.documents[i.document].title in told.text


def test_one_asked_about_by_name_is_told_where_it_is_whatever_place_was_talked_about():
    kb = town(home("东", DISTRICT))
    given = answer(kb, Query((), None, ABROAD, TODAY, institutions=("东",)))
    assert (given.region, given.coverage) == (DISTRICT, "local")
