"""Which region an address lies in."""

from __future__ import annotations

import pytest

from bot.gateway.wechat.places import region_of
from policy_kb import KnowledgeBase
from policy_kb.loader import SHIPPED, read_knowledge


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return read_knowledge([SHIPPED], version=7)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("广东省云浮市云安区六都镇白沙塘行政中心", "445303"),
        ("云浮市云安区人民政府(六都镇)", "445303"),
        ("广东省云浮市", "445300"),
        ("重庆市綦江区文龙街道", "500110"),
        ("湖北省武汉市江岸区中山大道", "420102"),
        ("广东省云浮市云安区北京路12号", "445303"),
        ("北京市朝阳区建国路93号", "110105"),
        ("辽宁省朝阳市双塔区", "211302"),
        ("四川省成都市武侯区重庆路", "510107"),
    ],
)
def test_an_address_names_its_district(kb, label, code):
    assert region_of(kb, label) == code


@pytest.mark.parametrize("label", [None, "", " ", "六都镇白沙塘", "Main Street 5", "中国"])
def test_an_address_without_a_district_names_none(kb, label):
    assert region_of(kb, label) is None
