"""What search gives: pages that neither overlap nor miss, the asked place first, what ended marked and later, marks on the words."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import clause, index_of
from small_kb import ABROAD, CITY, DISTRICT, SIBLING, base

from policy_kb.search import SearchIndex, SearchQuery, search

TODAY = dt.date(2026, 11, 23)
KB = base()
WORDS = ("互助金", "申领", "发放", "标准", "村民", "果园", "灌溉", "渔船", "登记")


@st.composite
def collections(draw) -> list[str]:
    sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map("".join)
    return draw(st.lists(sentences, min_size=1, max_size=40))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(collections(), st.integers(1, 7), st.sampled_from(["互助金标准", "村民申领果园灌溉", "渔船"]))
def test_pages_neither_overlap_nor_miss(texts, limit, query):
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(Path(folder), *(clause(f"d:{n}", text) for n, text in enumerate(texts)))
        whole = search(index, KB, SearchQuery(query, limit=1000))
        assert whole.next is None
        pages, offset = [], 0
        while offset is not None:
            page = search(index, KB, SearchQuery(query, limit=limit, offset=offset))
            pages += [r.record.id for r in page.results]
            offset = page.next
        assert pages == [r.record.id for r in whole.results]
        assert len(set(pages)) == len(pages)


def test_paging_goes_on_past_the_candidates_ranked_first(tmp_path: Path):
    index = index_of(tmp_path, *(clause(f"d:{n}", f"互助金第{n}号规定") for n in range(420)))
    seen, offset = [], 0
    while offset is not None:
        page = search(index, KB, SearchQuery("互助金", limit=50, offset=offset))
        seen += [r.record.id for r in page.results]
        offset = page.next
    assert len(seen) == len(set(seen)) == 420


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> SearchIndex:
    return index_of(
        tmp_path_factory.mktemp("places"),
        *(clause(code, "互助金每人每月发放若干元", region=code) for code in (DISTRICT, SIBLING, CITY, ABROAD, "000000")),
    )


def test_the_asked_place_and_those_above_it_come_before_others(places):
    found = [r.record.region for r in search(places, KB, SearchQuery("互助金每月多少", region=DISTRICT)).results]
    assert found[0] == DISTRICT
    assert set(found[1:3]) == {CITY, "000000"}
    assert set(found[3:]) == {SIBLING, ABROAD}


def test_a_place_named_in_the_query_counts_like_one_given(places):
    assert search(places, KB, SearchQuery("丁丁区互助金")).results[0].record.region == SIBLING


def test_a_place_among_very_many_alike_is_found(tmp_path: Path):
    alike = [clause(f"far:{n}", "互助金每人每月发放若干元", region=ABROAD) for n in range(500)]
    index = index_of(tmp_path, *alike, clause("near", "互助金每人每月发放若干元，另有说明", region=DISTRICT))
    assert search(index, KB, SearchQuery("互助金每月发放", region=DISTRICT)).results[0].record.key == "near"


def test_what_ended_is_marked_and_comes_after_what_holds(tmp_path: Path):
    index = index_of(
        tmp_path,
        clause("a-old", "互助金由村里发放", effective_from=dt.date(2010, 1, 1), ended_on=dt.date(2019, 12, 31)),
        clause("b-new", "互助金由村里发放", effective_from=dt.date(2020, 1, 1)),
        clause("c-undated", "互助金由村里发放"),
    )
    found = {r.record.key: r for r in search(index, KB, SearchQuery("互助金发放", as_of=TODAY)).results}
    assert list(found)[-1] == "a-old"
    assert [found[k].in_force for k in ("a-old", "b-new", "c-undated")] == [False, True, None]
    before = search(index, KB, SearchQuery("互助金发放", as_of=dt.date(2015, 6, 1))).results
    assert before[-1].record.key == "b-new"


def test_marks_lie_on_the_words_asked_for(tmp_path: Path):
    index = index_of(tmp_path, clause("a", "村民申领互助金的，第６日内发给。"))
    (found,) = search(index, KB, SearchQuery("互助金几日发")).results
    marked = [found.record.text[s:e] for s, e in found.highlights]
    assert "互助金" in "".join(marked)
    assert list(found.highlights) == sorted(found.highlights)
    assert all(a[1] < b[0] for a, b in zip(found.highlights, found.highlights[1:]))


def test_marks_fit_text_in_traditional_or_wide_characters(tmp_path: Path):
    index = index_of(tmp_path, clause("a", "補貼標準：每月２００元"))
    (found,) = search(index, KB, SearchQuery("补贴标准200")).results
    assert [found.record.text[s:e] for s, e in found.highlights] == ["補貼標準", "２００"]


def test_other_words_for_the_same_are_found_after_the_literal_ones(tmp_path: Path):
    index = index_of(tmp_path, clause("a", "用人单位解除劳动合同的，发给互助金"), clause("b", "被辞退的人可以登记"))
    found = [r.record.key for r in search(index, KB, SearchQuery("被辞退怎么办")).results]
    assert found == ["b", "a"]


def test_only_the_types_asked_for_are_given(tmp_path: Path):
    from policy_kb.search import Record

    office = Record("office:x", "office", "互助金办公室", "办理互助金")
    index = index_of(tmp_path, clause("a", "互助金的办法"), office)
    assert [r.record.type for r in search(index, KB, SearchQuery("互助金", types=("office",))).results] == ["office"]
    assert [r.record.type for r in search(index, KB, SearchQuery("互助金", types=("clause",))).results] == ["clause"]


@pytest.mark.parametrize("text", ["", "   ", "？！", "a", "\x00", "的", "🙂"])
def test_a_query_that_says_nothing_has_no_results(places, text):
    assert search(places, KB, SearchQuery(text)).results == ()


def test_a_very_long_query_is_answered(places):
    assert search(places, KB, SearchQuery("互助金" * 300)).results
