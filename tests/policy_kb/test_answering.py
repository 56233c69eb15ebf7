"""What is answered from the shipped knowledge: the right place's facts, dated and cited, or plainly that we do not know."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from small_kb import TODAY

from policy_kb import Answer, Fact, Group, Query, answer, office_answer, which_place
from policy_kb.knowledge import COUNTRY
from policy_kb.resolve import INHERITED, LOCAL, NATIONAL, resolve

QUESTION = "低保户的孩子读幼儿园要钱吗"
EARLIER = dt.date(2019, 6, 30)
BEFORE_THE_WAIVER = dt.date(2025, 8, 31)
NOTHING_THERE = "110105"  # 北京市朝阳区
PLACES = {
    "": None, "云安区": "445303", "綦江区": "500110", "万盛": "500110-wansheng", "广州": "440100", "北京朝阳区": NOTHING_THERE,
}
WITH_OWN_RULE = {"綦江区": "500110", "广州": "440100"}
WITHOUT_OWN_RULE = {name: code for name, code in PLACES.items() if code and name not in WITH_OWN_RULE}
WAIVER = "国务院办公厅关于逐步推行免费学前教育的意见"


def cited(given: Answer) -> set[str]:
    return {c.document for c in given.citations}


# —— the question this product exists for ——


@pytest.mark.parametrize("place", PLACES)
def test_today_every_place_is_told_of_the_national_waiver_for_the_last_year(ask, place):
    given = ask(place + QUESTION).answer
    assert given.kind == "answer"
    assert "大班" in given.text
    assert "保育教育费" in given.text
    assert WAIVER in cited(given)


@pytest.mark.parametrize("place", PLACES)
def test_today_every_place_is_told_of_the_aid_a_poor_family_s_child_must_get(ask, place):
    given = ask(place + QUESTION).answer
    assert any(f.benefit == "preschool_aid" and f.region == COUNTRY for f in given.facts)
    assert "中华人民共和国学前教育法" in cited(given)


@pytest.mark.parametrize("day", [EARLIER, BEFORE_THE_WAIVER])
@pytest.mark.parametrize("place", PLACES)
def test_before_autumn_2025_nobody_is_told_of_the_waiver(ask, place, day):
    given = ask(place + QUESTION, day=day).answer
    assert given.facts
    assert WAIVER not in cited(given)
    assert not re.search("免保育教育费|免费学前教育|2025年秋季", given.text)


@pytest.mark.parametrize("place", PLACES)
def test_in_2019_no_later_law_is_cited(ask, place):
    for c in ask(place + QUESTION, day=EARLIER).answer.citations:
        assert (c.effective_from or c.published) <= EARLIER


@pytest.mark.parametrize("day", [EARLIER, TODAY])
@pytest.mark.parametrize(("place", "code"), WITHOUT_OWN_RULE.items())
def test_a_place_we_hold_no_rule_of_is_told_so_and_whom_to_ask(ask, shipped, place, code, day):
    given = ask(place + QUESTION, day=day).answer
    assert given.coverage == NATIONAL
    assert f"{shipped.regions[code].name}自己的" in given.text
    assert "没有收录" in given.text
    assert "教育" in given.text.split("可以问")[1]
    assert "12345" in given.text


def test_qijiang_s_plan_is_shown_as_its_goal_for_2020(ask):
    given = ask("綦江区" + QUESTION).answer
    own = [f for f in given.facts if f.region == "500110"]
    assert given.coverage == LOCAL
    assert own
    assert all(f.historic for f in own if f.nature == "target")
    assert re.search("綦江区(.|\n)*2020年", given.text)


def test_qijiang_s_plan_was_running_in_2019(ask):
    given = ask("綦江区" + QUESTION, day=EARLIER).answer
    assert [f.historic for f in given.facts if f.region == "500110"].count(True) == 0
    assert "重庆市綦江区保障和改善民生行动计划（2018—2020年）" in cited(given)


def test_qijiang_s_registered_poor_families_are_told_what_the_district_paid_for(ask):
    given = ask("綦江建档立卡家庭小孩读幼儿园收不收保教费").answer
    own = [f.statement for f in given.facts if f.region == "500110"]
    assert any("保教费" in s or "保育教育费" in s for s in own)
    assert any("生活费" in s for s in own)


def test_guangzhou_s_kindergarten_regulation_answers_since_2021(ask):
    assert "广州市幼儿园条例" in cited(ask("广州" + QUESTION).answer)
    assert "广州市幼儿园条例" not in cited(ask("广州" + QUESTION, day=dt.date(2021, 5, 31)).answer)


def test_guangzhou_in_2019_had_no_rule_of_its_own(ask):
    assert ask("广州" + QUESTION, day=EARLIER).answer.coverage == NATIONAL


def test_without_a_place_the_answer_asks_for_it(ask):
    given = ask(QUESTION).answer
    assert given.coverage == NATIONAL
    assert "区县" in given.text
    assert {"500110", "440100"} <= {q.region for q in given.quick_replies}


# —— a target is not a standard ——


def test_guangzhou_s_720_is_a_goal_and_said_to_be_one(ask):
    given = ask("广州低保一个月多少钱").answer
    (fact,) = [f for f in given.facts if f.value is not None]
    assert (fact.value, fact.nature, fact.comparator, fact.as_at.year) == (720, "target", "at_least", 2016)
    assert re.search("720元.*2016年的目标", given.text)


# —— places ——


def test_no_place_s_amount_is_lent_to_another(shipped):
    with_amounts = {p.benefit for p in shipped.provisions if p.aspect == "amount"}
    chains = {code: {r.code for r in shipped.chain(code)} for code in shipped.regions}
    near = [code for code, chain in chains.items() if chain & shipped.regions_with_data]
    assert len(near) > 100
    lent = [
        (region, h.provision.id)
        for region in [*near, *list(shipped.regions)[::20]]
        for benefit in with_amounts
        for h in resolve(shipped, benefit, "amount", region, Group(), TODAY).held
        if h.provision.region not in chains[region]
    ]
    assert not lent


def test_what_is_inherited_is_headed_by_the_place_it_comes_from(ask):
    given = ask("合川失业金能领几个月").answer
    assert given.coverage == INHERITED
    assert "【重庆市】" in given.text
    assert "合川区没有单独收录" in given.text


def test_a_name_several_places_share_is_asked_back(shipped, understand):
    said = understand("朝阳区低保多少钱")
    given = which_place(shipped, Query(said.benefits, said.aspect, None, TODAY), said.ambiguous_regions, "朝阳区")
    assert given.kind == "clarify"
    assert {q.title for q in given.quick_replies} == {"北京市朝阳区", "吉林省长春市朝阳区"}


@pytest.mark.parametrize("question", ["高龄津贴多少钱", "低保一个月多少钱", "孤儿每个月发多少", "残疾人护理补贴多少钱"])
def test_an_amount_that_the_place_decides_is_not_given_without_it(ask, question):
    given = ask(question).answer
    assert "区县" in given.text
    assert given.quick_replies
    assert {f.region for f in given.facts} <= {COUNTRY}


# —— whatever is asked ——


@dataclass(frozen=True)
class Case:
    query: Query
    given: Answer

    def facts(self) -> Iterator[tuple[Case, Fact]]:
        return ((self, f) for f in self.given.facts)

    def __repr__(self) -> str:
        q = self.query
        return f"{q.benefits[0]}/{q.aspect} {q.region} {q.as_of}"


@pytest.fixture(scope="module")
def cases(shipped) -> list[Case]:
    """Every benefit and aspect for every place with data, one without, and no place, on several days."""
    days = (dt.date(2016, 6, 30), EARLIER, TODAY)
    places = [None, NOTHING_THERE, *sorted(shipped.regions_with_data)]
    queries = [Query((b,), a, p, d) for b in shipped.benefits for a in shipped.aspects for p in places for d in days]
    return [Case(q, answer(shipped, q)) for q in queries]


@pytest.fixture(scope="module")
def facts(cases) -> list[tuple[Case, Fact]]:
    return [pair for case in cases for pair in case.facts()]


def some(wrong: list) -> str:
    return f"{len(wrong)} wrong, e.g. " + "; ".join(map(str, wrong[:5]))


def test_every_fact_is_of_the_place_asked_about_or_of_one_above_it(shipped, facts):
    wrong = [(c, f.statement) for c, f in facts if f.region not in {r.code for r in shipped.chain(c.query.region)}]
    assert not wrong, some(wrong)


def test_every_fact_names_its_place_as_the_table_of_regions_does(shipped, facts):
    wrong = [(c, f.region_name) for c, f in facts if f.region_name != shipped.regions[f.region].name]
    assert not wrong, some(wrong)


def test_every_fact_is_cited(facts):
    wrong = [(c, f.statement) for c, f in facts if not 0 <= f.citation < len(c.given.citations)]
    assert not wrong, some(wrong)


def test_every_citation_is_of_the_document_that_says_the_fact(shipped, facts):
    said_by = {(p.benefit, p.aspect, p.region, p.statement, shipped.documents[p.document].title) for p in shipped.provisions}
    wrong = [
        (c, f.statement) for c, f in facts
        if (f.benefit, f.aspect, f.region, f.statement, c.given.citations[f.citation].document) not in said_by
    ]
    assert not wrong, some(wrong)


def test_every_citation_bears_the_dates_of_the_provision_it_is_for(shipped, facts):
    def dates(p):
        d = shipped.documents[p.document]
        return p.effective_from or d.effective_from, p.effective_to or d.ended_on()

    right = {(p.benefit, p.aspect, p.region, p.statement, *dates(p)) for p in shipped.provisions}
    wrong = []
    for c, f in facts:
        cite = c.given.citations[f.citation]
        if (f.benefit, f.aspect, f.region, f.statement, cite.effective_from, cite.effective_to) not in right:
            wrong.append((c, f.statement, str(cite.effective_from), str(cite.effective_to)))
    assert not wrong, some(wrong)


def test_every_document_cited_is_named_in_the_text(cases):
    wrong = [(c, x.document) for c in cases for x in c.given.citations if f"《{x.document}》" not in c.given.text]
    assert not wrong, some(wrong)


def test_every_figure_has_a_date_in_the_text(facts):
    wrong = []
    for c, f in facts:
        cite = c.given.citations[f.citation]
        dates = [d for d in (f.as_at, cite.effective_to, cite.effective_from, cite.published) if d]
        if f.value is not None and not any(str(d.year) in c.given.text for d in dates):
            wrong.append((c, f.statement))
    assert not wrong, some(wrong)


def test_every_historic_fact_has_its_year_in_the_text(facts):
    wrong = []
    for c, f in facts:
        ended = c.given.citations[f.citation].effective_to
        years = {d.year for d in (f.as_at, ended if f.value is None or f.nature == "target" else None) if d}
        if f.historic and not any(f"{year}年" in c.given.text for year in years):
            wrong.append((c, f.statement))
    assert not wrong, some(wrong)


def test_every_target_is_said_to_be_a_goal(facts):
    wrong = [(c, f.statement) for c, f in facts if f.nature == "target" and "目标，不是已经执行的标准" not in c.given.text]
    assert not wrong, some(wrong)


def test_every_sum_of_money_in_the_text_is_a_fact_s(cases):
    wrong = []
    for c in cases:
        said = c.given.text.split("来源：")[0]
        known = {f"{f.value:g}" for f in c.given.facts if f.value is not None and f.value < 1e6}
        known |= set(re.findall(r"\d+", " ".join(f.statement for f in c.given.facts)))
        known |= {f"{f.value:.0f}" for f in c.given.facts if f.value is not None}
        wrong += [(c, sum_) for sum_ in re.findall(r"(\d+)元", said) if sum_ not in known]
    assert not wrong, some(wrong)


def test_no_text_has_unfilled_places(cases):
    wrong = [(c, c.given.text) for c in cases if re.search(r"[{}]|None|（）|《》|，，", c.given.text)]
    assert not wrong, some(wrong)


def test_where_nothing_is_held_the_notice_names_the_department_and_12345(shipped, cases):
    notices = [c for c in cases if not c.given.facts and c.given.kind != "clarify"]
    assert notices
    for c in notices:
        assert c.given.kind == "notice"
        assert shipped.department(c.query.benefits[0], c.query.region) in c.given.text, c
        assert "12345" in c.given.text, c


def test_where_only_the_place_is_missing_it_is_asked_for_and_nothing_denied(cases):
    known = {(c.query.benefits, c.query.aspect, c.query.as_of) for c in cases if c.query.region and c.given.facts}
    denied = [
        c for c in cases
        if c.query.region is None and c.given.kind == "notice" and (c.query.benefits, c.query.aspect, c.query.as_of) in known
    ]
    assert not denied, some(denied)


def test_the_same_question_has_the_same_answer(shipped, cases):
    assert all(answer(shipped, c.query) == c.given for c in cases[::97])


@pytest.mark.parametrize("question", ["你好", "云安区", "要什么材料"])
def test_without_a_subject_the_answer_asks_for_it(ask, question):
    given = ask(question).answer
    assert given.kind == "clarify"
    assert {q.benefit for q in given.quick_replies} >= {"minimum_living_allowance", "old_age_allowance"}


def test_a_hotline_s_number_comes_first(shipped):
    given = office_answer(shipped, "hotline-12348", TODAY)
    assert given.text.startswith("法律援助热线：12348")


# —— who is responsible ——


def test_who_leads_is_said_with_the_document_that_says_so(ask):
    given = ask("綦江低保归哪个部门负责").answer
    assert "綦江区民政局牵头（见《重庆市綦江区保障和改善民生行动计划（2018—2020年）》）" in given.text


def test_no_department_of_another_place_is_said_to_lead(ask):
    assert "牵头" not in ask("北京市朝阳区低保归哪个部门负责").answer.text


@pytest.mark.parametrize(
    "question",
    ["我在西安市雁塔区，有低保，孩子上幼儿园交钱不", "吃低保的家庭娃娃读幼儿园要不要钱", "云安区低保户小孩上幼儿园学费免不免", "我家低保，孙子上幼儿园大班要交钱吗",
     "贫困户的孩子读幼儿园有什么优惠", "綦江低保户小孩读幼儿园交不交保教费", "低保家庭孩子入园费用", "孤儿上幼儿园收费吗", "残疾孩子读幼儿园免费吗"],
)
def test_however_the_kindergarten_question_is_put_the_waiver_is_told(ask, question):
    given = ask(question).answer
    assert WAIVER in cited(given), given.text
    assert "大班" in given.text
