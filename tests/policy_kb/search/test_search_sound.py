"""Pinyin, initials, homophones and traditional characters find the card they mean first; everyday words mean no card."""

from __future__ import annotations

import datetime as dt

import pytest

from policy_kb import KnowledgeBase
from policy_kb.search import SearchIndex, SearchQuery, base_records, search

TODAY = dt.date(2026, 11, 23)

MEANT = {
    "minimum_living_allowance": "dibao dibaojin db 底保 低宝 抵保 低保補貼 zdshbz zuidishenghuobaozhang",
    "old_age_allowance": "gaolingjintie gljt 高零津贴 高龄金贴 高齡津貼 wsgljt 长瘦津贴",
    "extreme_poverty_support": "tekun wubao wubaohu 五宝户 特捆 tkgy tekunrenyuan",
    "temporary_assistance": "linshijiuzhu lsjz 临时就助 臨時救助",
    "medical_assistance": "yiliaojiuzhu yljz 医疗就助 醫療救助",
    "orphan_allowance": "guer guerbuzhu 孤兒",
    "unsupported_child_allowance": "shishiguer",
    "disability_living_subsidy": "canjirenshenghuobutie cjrshbt 残级人生活补贴 殘疾人生活補貼",
    "disability_nursing_subsidy": "zhongcanbutie zcbt",
    "unemployment_insurance": "shiyebaoxian sybx 失業保險",
    "work_injury_insurance": "gongshangbaoxian gsbx 工傷保險",
    "public_rental_housing": "gongzufang gzf 公祖房 lianzufang 公租坊",
    "dilapidated_housing_renovation": "weifanggaizao wfgz 危坊改造",
    "startup_loan": "chuangyedanbaodaikuan cydbdk",
    "legal_aid": "falvyuanzhu flyz 法律援住",
    "residence_permit": "juzhuzheng jzz 居住正",
    "funeral_service": "binzang 宾葬",
    "marriage_registration": "jiehundengji jhdj",
    "low_income_margin": "dibaobianyuan 低保边源",
    "domestic_violence_protection": "jiatingbaoli jtbl 家庭暴利",
    "veteran_placement": "tuiyianzhi tyaz",
    "left_behind_children_care": "liushouertong lset",
}
CASES = [(query, benefit) for benefit, queries in MEANT.items() for query in queries.split()]


@pytest.fixture(scope="module")
def index(shipped: KnowledgeBase, tmp_path_factory) -> SearchIndex:
    made = SearchIndex(tmp_path_factory.mktemp("base"))
    made.sync([("base", "1", lambda: base_records(shipped))])
    return made


def test_there_are_enough_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize(("query", "benefit"), CASES)
def test_a_name_by_its_sound_finds_its_card_first(index, shipped, query, benefit):
    first = search(index, shipped, SearchQuery(query, as_of=TODAY, limit=1)).results[0].record
    assert benefit in first.benefits


@pytest.mark.parametrize("query", ["dibao biaozhun", "dibaobiaozhun", "DIBAO BIAOZHUN", "ｄｉｂａｏ biaozhun"])
def test_pinyin_is_read_with_and_without_spaces(index, shipped, query):
    found = search(index, shipped, SearchQuery(query, as_of=TODAY, limit=3))
    assert found.corrected == "低保标准"
    assert all(r.record.aspect == "amount" for r in found.results)


def test_initials_of_a_place_and_a_benefit_are_read_together(index, shipped):
    found = search(index, shipped, SearchQuery("wsgljt", as_of=TODAY, limit=1))
    assert found.corrected == "万盛高龄津贴"


@pytest.mark.parametrize(
    ("everyday", "benefit"),
    [
        ("事业单位", "unemployment_insurance"),
        ("工商银行", "work_injury_insurance"),
        ("你好", None), ("谢谢", None), ("明天会下雨吗", None), ("hello", None), ("ok", None), ("vip", None), ("外卖", None),
    ],
)
def test_everyday_words_are_left_as_they_are(index, shipped, everyday, benefit):
    found = search(index, shipped, SearchQuery(everyday, as_of=TODAY, limit=10))
    assert found.corrected is None
    if benefit is None:
        assert not any(r.record.type == "benefit" for r in found.results)
    else:
        assert benefit not in found.results[0].record.benefits


@pytest.mark.parametrize("text", ["你好", "谢谢", "hello"])
def test_small_talk_has_no_results(index, shipped, text):
    assert search(index, shipped, SearchQuery(text, as_of=TODAY)).results == ()


def test_without_any_document_benefits_provisions_and_offices_are_found(index, shipped):
    def kinds(text: str) -> set[str]:
        return {r.record.type for r in search(index, shipped, SearchQuery(text, as_of=TODAY)).results}

    assert {"benefit", "provision"} <= kinds("低保")
    assert "office" in kinds("医保电话")
