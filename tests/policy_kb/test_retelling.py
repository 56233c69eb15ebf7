"""Where an answer stands and what else there is: the same documents and figures, nothing told twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from policy_kb import Query, answer
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.retelling import LINES_MORE, more_answer, no_more_answer, sources_answer

YUNAN = Query(("minimum_living_allowance",), "amount", "445303", dt.date(2026, 11, 23))


@pytest.fixture(scope="module")
def kb():
    return read_knowledge([SHIPPED], version=1)


def test_every_document_of_the_answer_is_named_with_issuer_and_day(kb):
    told, sources = answer(kb, YUNAN), sources_answer(kb, YUNAN)
    assert sources.citations == told.citations
    for c in told.citations:
        assert c.document in sources.text and c.issuer in sources.text and str(c.published) in sources.text


def test_a_document_whose_time_is_over_is_marked_and_the_age_of_the_figures_is_said(kb):
    text = sources_answer(kb, YUNAN).text
    assert "已经过了有效期" in text and "2018年底" in text and "后来可能调整过" in text


def test_law_in_force_is_not_marked(kb):
    text = sources_answer(kb, replace(YUNAN, aspect="time_limit", region=None)).text
    assert "最低生活保障审核确认办法" in text and "后来可能调整过" not in text


def test_where_nothing_was_answered_there_is_no_source(kb):
    assert sources_answer(kb, replace(YUNAN, benefits=())) is None


def test_more_tells_nothing_again_and_comes_to_an_end(kb):
    said = {f.statement for f in answer(kb, YUNAN).facts}
    page = 1
    while found := more_answer(kb, YUNAN, page):
        statements = [f.statement for f in found.facts]
        assert 0 < len(statements) <= LINES_MORE
        assert not said & set(statements) and len(set(statements)) == len(statements)
        assert all(f.statement in found.text for f in found.facts if f.value is None) and found.citations
        said |= set(statements)
        page += 1
        assert page < 30
    assert page > 2
    assert "民政" in no_more_answer(kb, YUNAN).text and "12345" in no_more_answer(kb, YUNAN).text


def test_what_else_a_place_says_is_told_with_the_place(kb):
    found = more_answer(kb, replace(YUNAN, region="500110-wansheng"), 1)
    local = [f for f in found.facts if f.region == "500110-wansheng"]
    assert local and all(f"万盛经开区：{f.statement}" in found.text for f in local if f.value is None)


def test_the_rest_of_what_was_asked_comes_before_other_things(kb):
    query = replace(YUNAN, aspect="eligibility", region=None)
    assert {f.aspect for f in more_answer(kb, query, 1).facts} == {"eligibility"}
