"""Finding what a resident's words name."""

from __future__ import annotations

import pytest
import regex
from small_kb import TODAY, base

from policy_kb import NameIndex, loader, yamlsource
from policy_kb.knowledge import AudienceGroup, Benefit, Office
from policy_kb.language import folded
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.names import AGE, ASPECT, AUDIENCE, BENEFIT, OFFICE, REGION, TOPIC, YEAR


def found(names, text, kind=None):
    """(kind, text) of every mention, or the texts of one kind."""
    mentions = names.find(text, TODAY)
    return [m.text for m in mentions if m.kind == kind] if kind else [(m.kind, m.text) for m in mentions]


def values(names, text, kind):
    """What the mentions of one kind mean."""
    return [v for m in names.find(text, TODAY) if m.kind == kind for v in m.value]


# —— benefits and groups ——


@pytest.mark.parametrize(
    ("text", "benefit"),
    [
        ("低保多少钱", "minimum_living_allowance"), ("最低生活保障", "minimum_living_allowance"),
        ("五保户", "extreme_poverty_support"), ("三无老人", "extreme_poverty_support"),
        ("事实孤儿", "unsupported_child_allowance"),
        ("廉租房", "public_rental_housing"), ("新农合", "medical_insurance"), ("新农保", "resident_pension"),
        ("高龄补贴", "old_age_allowance"), ("暂住证", "residence_permit"), ("家暴", "domestic_violence_protection"),
    ],
)
def test_official_colloquial_and_old_names_mean_the_same_benefit(names, text, benefit):
    assert values(names, text, BENEFIT) == [benefit]


@pytest.mark.parametrize("text", ["５保户", "低 保", "低\u3000保户", "新农合　怎么交"])
def test_spaces_and_full_width_letters_do_not_hide_a_name(text):
    kb = base(benefits={"a": Benefit("a", "5保户", "弱有所扶", "民政", aliases=("低保", "新农合"))})
    assert found(NameIndex(kb), text, BENEFIT)


def test_a_mention_gives_its_place_in_the_text_as_written(names):
    text = "云安区　 低 保 多少"
    (mention,) = [m for m in names.find(text, TODAY) if m.kind == BENEFIT]
    assert (text[mention.start : mention.end], mention.text) == ("低 保", "低保")


def test_normalised_text_knows_where_every_letter_came_from():
    reading = folded("ＡＢ 低保①").without_gaps()
    clean, places = reading.text, [start for start, _ in reading.at]
    assert (clean, places) == ("ab低保1", [0, 1, 3, 4, 5])


def test_of_overlapping_names_the_longest_counts():
    kb = base(benefits={
        "short": Benefit("short", "残疾人", "弱有所扶", "民政"), "long": Benefit("long", "残疾人护理补贴", "弱有所扶", "民政"),
        "tail": Benefit("tail", "补贴标准线", "弱有所扶", "民政"),
    })
    assert values(NameIndex(kb), "残疾人护理补贴标准线", BENEFIT) == ["long"]


def test_a_name_of_two_kinds_means_both():
    groups = {"g": AudienceGroup("g", "kindergarten_year", "大班", aliases=("大班",))}
    kb = base(audiences=groups, benefits={"b": Benefit("b", "大班", "幼有所育", "教育")})
    assert {m.kind for m in NameIndex(kb).find("大班", TODAY)} == {AUDIENCE, BENEFIT}


def test_a_group_that_only_shares_letters_with_a_benefit_is_the_group(names):
    assert found(names, "低保户的孩子") == [(AUDIENCE, "低保户")]


def test_a_hotline_is_found_by_name_and_by_number():
    kb = base(offices={"h": Office("h", "法律援助热线", "000000", "hotline", "免费法律咨询", phone="12348")})
    assert found(NameIndex(kb), "法律援助热线是12348吗", OFFICE) == ["法律援助热线", "12348"]


@pytest.mark.parametrize(("text", "aspect"), [("要什么材料", "materials"), ("要钱吗", "fee"), ("多久能办好", "time_limit")])
def test_what_is_asked_about_a_benefit_is_found(names, text, aspect):
    assert aspect in values(names, text, ASPECT)


@pytest.mark.parametrize("text", ["医疗救助重点救助对象报销多少", "其他救助对象能报多少"])
def test_a_cue_inside_the_name_of_a_group_asks_nothing(names, text):
    assert "eligibility" not in values(names, text, ASPECT)


def test_a_new_name_in_a_district_s_own_folder_is_found_without_anything_else(shipped_sources, tmp_path, monkeypatch):
    (tmp_path / "names.yaml").write_text("aliases:\n  minimum_living_allowance: [困难饭票]\n", encoding="utf-8")
    read = yamlsource.read_folders
    monkeypatch.setattr(loader, "read_folders", lambda folders: shipped_sources if folders == [SHIPPED] else read(folders))
    index = NameIndex(read_knowledge([SHIPPED, tmp_path]))
    assert values(index, "困难饭票去哪里领", BENEFIT) == ["minimum_living_allowance"]


# —— places ——


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("云安区", "445303"), ("云安", "445303"), ("綦江", "500110"), ("万盛", "500110-wansheng"),
        ("万盛经开区", "500110-wansheng"),
        ("重庆市", "500000"), ("成都", "510100"), ("湘西", "433100"), ("渝北区", "500157"),
    ],
)
def test_a_place_is_found_by_its_full_and_its_short_name(names, text, code):
    assert values(names, text, REGION) == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("丰都那边老人八十以上发不发钱", "500230"), ("合川大班娃儿保育费免了没", "500117"), ("老家丰都，低保多少", "500230"),
        ("江津残疾人补贴多少", "500116"), ("我在永川住", "500118"), ("广州番禺的低保", "440113"),
    ],
)
def test_a_county_s_short_name_is_found_in_a_resident_s_sentence(names, text, code):
    assert code in values(names, text, REGION)


@pytest.mark.parametrize(
    "text",
    [
        "公安局能管吗", "有什么资源可以用", "长寿津贴怎么领", "新农合就是合作医疗吧", "家里和平时一样", "孩子文昌塔那边读书",
        "学校和政府有没有补助", "低保认定结果多久出来", "商业健康保险报不报", "残疾孩子的教育和康复", "新市民怎么办居住证",
        "什么时候和县里说", "申请成功后完成安置了吗",
    ],
)
def test_an_everyday_word_that_is_a_county_s_short_name_is_no_place(names, text):
    assert found(names, text, REGION) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("公安县", "421022"), ("湖北公安", "421022"), ("荆州公安", "421022"), ("长寿区", "500115"), ("重庆长寿", "500115")],
)
def test_such_a_county_is_found_in_full_or_after_the_place_above_it(names, text, code):
    assert code in values(names, text, REGION)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("四川泸州", "510500"), ("河北唐山", "130200"), ("河北沧州", "130900"), ("河南新乡", "410700"), ("广东清远", "441800"),
        ("湖北随州", "421300"), ("山西临汾", "141000"), ("四川西昌", "513401"),
    ],
)
def test_a_city_after_its_province_is_not_the_county_that_shares_its_first_letter(names, text, code):
    assert code in values(names, text, REGION)


@pytest.mark.parametrize(("text", "code"), [("綦江城区低保", "500110"), ("重庆城区", "500000"), ("成都市区", "510100")])
def test_the_town_of_a_place_is_that_place(names, text, code):
    assert values(names, text, REGION) == [code]


@pytest.mark.parametrize("text", ["朝阳区", "鼓楼区", "江北区"])
def test_a_name_several_places_share_means_all_of_them(names, text):
    assert len(values(names, text, REGION)) > 1


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("我问的是云安区，不是綦江", ["云安区"]), ("不是綦江，是万盛", ["万盛"]), ("别说綦江，说云安", ["云安"]),
        ("不要綦江的，要云安的", ["云安"]), ("是不是綦江", ["綦江"]), ("要不要去綦江办", ["綦江"]),
    ],
)
def test_a_place_that_is_denied_is_not_asked_about(names, text, places):
    assert found(names, text, REGION) == places


@pytest.mark.parametrize("text", ["听说不要保教费了", "是不是不要学费了"])
def test_asking_whether_a_fee_falls_away_denies_nothing(names, text):
    assert "费" in "".join(found(names, text, TOPIC))


# —— ages and years ——


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90岁", "90-90"), ("９０周岁", "90-90"), ("今年80岁了", "80-80"), ("八十岁", "80-80"), ("六十五岁", "65-65"),
        ("八十几岁", "80-89"), ("八十几了", "80-89"), ("九十多岁", "90-99"), ("80多岁", "80-89"), ("一百岁", "100-100"),
        ("一百零三岁", "103-103"), ("一百多岁", "100-109"), ("十八岁", "18-18"), ("95高龄", "95-95"), ("一百一十岁", "110-110"),
        ("我妈八十几，有津贴没", "80-89"), ("八十几的老人", "80-89"),
    ],
)
def test_an_age_is_understood_in_figures_and_in_words(names, text, age):
    assert values(names, text, AGE) == [age]


@pytest.mark.parametrize("text", ["80元", "90多块", "八十块钱", "300岁", "3个月", "2019年"])
def test_what_is_no_age_is_not_taken_for_one(names, text):
    assert values(names, text, AGE) == []


@pytest.mark.parametrize(
    ("text", "year"),
    [("2019年低保", "2019"), ("２０１９年", "2019"), ("2018年底的标准", "2018"), ("去年多少", "2025"), ("前年的", "2024"),
     ("大前年", "2023"), ("今年多少", "2026"), ("现在多少", "2026")],
)
def test_a_year_is_understood_in_figures_and_in_words(names, text, year):
    assert values(names, text, YEAR) == [year]


@pytest.mark.parametrize(
    "text",
    [
        "2050年", "12019", "2019年出生的孩子", "孩子2020年9月出生", "2021年生的娃", "一个月收入2000元", "工资2010块",
        "每月2000够不够",
        "工单20191",
    ],
)
def test_a_sum_a_birth_or_a_later_year_is_no_year_asked_about(names, text):
    assert values(names, text, YEAR) == []


def test_every_division_has_a_code_of_six_digits_also_where_the_package_has_none(shipped):
    odd = [code for code in shipped.regions if not regex.fullmatch(r"[0-9]{6}(-[a-z]+)?", code)]
    assert odd == []
    assert shipped.regions["710000"].name == "台湾省"
