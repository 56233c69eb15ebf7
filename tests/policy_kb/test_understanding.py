"""What a text asks: which benefit, which aspect, for whom, where and when."""

from __future__ import annotations

import pytest

KINDERGARTEN = ("preschool_fee_waiver", "preschool_aid")


# —— the subject ——


@pytest.mark.parametrize(
    "text", ["低保户的孩子读幼儿园要钱吗", "低保家庭小孩上幼儿园免费吗", "吃低保的，娃儿上大班交不交钱", "低保孩子读幼儿园"]
)
def test_a_poor_family_s_child_in_kindergarten_asks_about_kindergarten(understand, text):
    said = understand(text)
    assert said.benefits == KINDERGARTEN
    assert said.topic == "kindergarten_costs"


@pytest.mark.parametrize(
    ("text", "benefits", "category"),
    [
        ("低保户的孩子读幼儿园要钱吗", KINDERGARTEN, "low_income"),
        ("低保孩子读幼儿园", KINDERGARTEN, "low_income"),
        ("特困老人住养老院要钱吗", ("elderly_care_service",), "extreme_poverty"),
        ("孤儿上学有什么补助", ("education_aid",), "orphan"),
        ("低保户看病能医疗救助多少", ("medical_assistance",), "low_income"),
        ("建档立卡的孩子读高中免学费吗", ("senior_high_aid",), "registered_poor"),
    ],
)
def test_a_status_beside_another_subject_says_who_the_person_is(understand, text, benefits, category):
    said = understand(text)
    assert said.benefits == benefits
    assert category in said.categories


@pytest.mark.parametrize(
    ("text", "benefit"),
    [
        ("低保多少钱", "minimum_living_allowance"), ("吃低保要什么条件", "minimum_living_allowance"),
        ("特困怎么申请", "extreme_poverty_support"), ("孤儿一个月多少", "orphan_allowance"),
    ],
)
def test_a_status_alone_is_what_is_asked_about(understand, text, benefit):
    assert understand(text).benefits == (benefit,)


def test_two_statuses_together_are_both_asked_about(understand):
    assert understand("低保和特困有什么区别").benefits == ("minimum_living_allowance", "extreme_poverty_support")


@pytest.mark.parametrize("text", ["残疾人能申请低保吗", "残疾人低保多少钱", "我是残疾人，怎么吃低保"])
def test_a_disabled_person_who_asks_for_the_minimum_allowance_is_asking_about_that(understand, text):
    assert understand(text).benefits == ("minimum_living_allowance",)


def test_a_benefit_named_in_full_narrows_its_topic(understand):
    assert understand("残疾人的护理补贴，就是重度残疾人护理补贴").benefits == ("disability_nursing_subsidy",)


def test_a_broad_word_gives_way_to_a_more_exact_one(understand):
    assert understand("幼儿园学费").topic == "kindergarten_costs"
    assert understand("读高中学费多少").benefits == ("senior_high_aid",)


def test_nothing_named_is_nothing_understood(understand):
    said = understand("你好呀")
    assert said.is_empty
    assert not said.names_subject


def test_another_department_s_business_is_recognised(shipped, understand):
    assert all(understand(x.aliases[0]).out_of_scope == x.id for x in shipped.out_of_scope)


def test_a_hotline_asked_for_is_recognised(understand):
    assert understand("法律援助热线是多少").office == "hotline-12348"


@pytest.mark.parametrize("text", ["我不是低保户，孩子读幼儿园要钱吗", "不是低保家庭，小孩上幼儿园免费吗"])
def test_who_says_not_to_be_in_a_group_is_not_taken_for_one_of_it(understand, text):
    said = understand(text)
    assert said.benefits == KINDERGARTEN
    assert "low_income" not in said.categories


def test_a_benefit_denied_beside_the_right_one_is_not_asked_about(understand):
    assert understand("不是孤儿，是事实无人抚养儿童，有什么补助").benefits == ("unsupported_child_allowance",)


# —— the aspect ——


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("低保一个月多少钱", "amount"), ("低保要多少个工作日", "time_limit"), ("办低保要带什么材料", "materials"),
        ("低保去哪里办", "where"),
        ("低保怎么申请", "procedure"), ("什么人能领低保", "eligibility"), ("幼儿园要钱吗", "fee"), ("低保是什么", "overview"),
        ("申请低保去哪个部门要什么材料", "materials"),
        ("低保电话是多少", "contact"), ("低保依据哪个文件", "basis"), ("低保", None),
        ("万盛医疗救助重点救助对象报销多少", "amount"),
    ],
)
def test_the_aspect_is_what_the_words_most_exactly_ask(understand, text, aspect):
    assert understand(text).aspect == aspect


# —— whom, when ——


@pytest.mark.parametrize(
    ("text", "residence"),
    [("农村低保", "rural"), ("乡下", "rural"), ("城镇低保", "urban"), ("城里", "urban"), ("农村和城里", None)]
)
def test_town_or_village_is_understood_unless_both_are_named(understand, text, residence):
    assert understand(text).residence == residence


def test_town_or_village_is_no_group(understand):
    assert understand("农村低保户").categories == frozenset({"low_income"})


@pytest.mark.parametrize(("text", "age"), [("九十多岁老人高龄津贴", (90, 99)), ("我85岁有高龄津贴吗", (85, 85)), ("低保", None)])
def test_the_age_is_a_range_of_years(understand, text, age):
    assert understand(text).age == age


@pytest.mark.parametrize("text", ["80岁以上老人高龄津贴多少", "满八十岁以上的老人"])
def test_from_an_age_upwards_is_no_single_age(understand, text):
    low, high = understand(text).age
    assert low == 80
    assert high >= 100


@pytest.mark.parametrize(("text", "year"), [("2019年的低保", 2019), ("去年低保多少", 2025), ("一个月挣2000块能吃低保吗", None)])
def test_the_year_asked_about_is_understood(understand, text, year):
    assert understand(text).year == year


# —— where ——


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("云浮市云安区农村低保", ("445303",)), ("广东省云浮市云安区低保", ("445303",)), ("重庆綦江低保", ("500110",)),
        ("重庆市万盛经开区低保", ("500110-wansheng",)), ("重庆低保", ("500000",)), ("云安区和綦江区", ("445303", "500110")),
    ],
)
def test_of_nested_places_the_innermost_is_asked_about(understand, text, regions):
    assert understand(text).regions == regions


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("北京市朝阳区低保", "110105"), ("北京朝阳", "110105"), ("长春朝阳区", "220104"), ("南京鼓楼区", "320106"),
        ("福州市鼓楼区低保", "350102"), ("徐州的鼓楼区", "320302"), ("开封鼓楼区", "410204"), ("宁波江北区", "330205"),
        ("重庆江北区", "500157"), ("佛山南海区", "440605"),
    ],
)
def test_a_shared_name_is_narrowed_by_the_place_named_with_it(understand, text, region):
    said = understand(text)
    assert said.regions == (region,)
    assert said.ambiguous_regions == ()


@pytest.mark.parametrize(
    ("text", "among"),
    [("朝阳区低保", {"110105", "220104"}), ("鼓楼区", {"320106", "320302", "350102", "410204"}),
     ("江苏鼓楼区", {"320106", "320302"})],
)
def test_a_shared_name_alone_is_left_open(understand, text, among):
    said = understand(text)
    assert said.regions == ()
    assert set(said.ambiguous_regions) == among


def test_the_place_denied_is_not_the_place_asked_about(understand):
    assert understand("我问的是云安区，不是綦江的低保").regions == ("445303",)
