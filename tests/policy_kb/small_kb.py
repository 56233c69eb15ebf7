"""A made-up country, small enough that every test shows all it is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from policy_kb.knowledge import COUNTRY, AspectName, Audience, AudienceGroup, Benefit, Document, KnowledgeBase, Provision, Region

PROVINCE, CITY, DISTRICT, SIBLING, ABROAD = "110000", "110100", "110101", "110102", "120101"

REGIONS = (
    Region(COUNTRY, "全国", None, "country"),
    Region(PROVINCE, "甲省", COUNTRY, "province"),
    Region(CITY, "乙市", PROVINCE, "city"),
    Region(DISTRICT, "丙丙区", CITY, "county"),
    Region(SIBLING, "丁丁区", CITY, "county"),
    Region("120000", "戊省", COUNTRY, "province"),
    Region("120100", "己市", "120000", "city"),
    Region(ABROAD, "庚庚区", "120100", "county"),
)

GROUPS = (
    AudienceGroup("urban", "residence", "城镇"),
    AudienceGroup("rural", "residence", "农村"),
    AudienceGroup("care_full", "care_need", "全护理"),
    AudienceGroup("care_partial", "care_need", "半护理"),
    AudienceGroup("low_income", "household_status", "低保家庭", exclusive=False),
    AudienceGroup("registered_poor", "household_status", "建档立卡家庭", exclusive=False),
    AudienceGroup("orphan", "child_status", "孤儿", exclusive=False),
)

BENEFITS = (
    Benefit("allowance", "津贴", "弱有所扶", "民政部门"),
    Benefit("housing", "住房", "住有所居", "住建部门"),
)

STATED = dt.date(2018, 12, 31)
TODAY = dt.date(2026, 11, 23)


def day(text: str) -> dt.date:
    """``2018-12-31`` as a date."""
    return dt.date.fromisoformat(text)


REPORT = Document("report", "政府工作报告", "区政府", COUNTRY, "report", published=day("2019-04-18"))
LAW = Document("law", "条例", "国务院", COUNTRY, "regulation", published=day("2010-01-01"), effective_from=day("2010-05-01"))


def figure(name: str, value: float, region: str = DISTRICT, **given) -> Provision:
    """An amount of the allowance, in 元, stated for the end of 2018 unless a date is given."""
    if not {"as_at", "effective_from"} & set(given) and given.get("document", "report") == "report":
        given["as_at"] = STATED
    return replace(
        Provision(name, "allowance", "amount", region, "report", f"{value}元", value=value, unit="元", period="月"), **given
    )


def statement(name: str, region: str = DISTRICT, aspect: str = "eligibility", **given) -> Provision:
    """A condition in words, from the law unless another document is given."""
    return replace(Provision(name, "allowance", aspect, region, "law", name), **given)


def group_of(category: str) -> Audience:
    """The audience of one category."""
    return Audience(category=category)


def base(*provisions: Provision, documents: tuple[Document, ...] = (), **more) -> KnowledgeBase:
    """A knowledge base of these provisions; ``documents`` replace those of the same id."""
    given = {
        "regions": {r.code: r for r in REGIONS},
        "benefits": {b.id: b for b in BENEFITS},
        "topics": {},
        "audiences": {g.id: g for g in GROUPS},
        "aspects": {a: AspectName(a, a, a) for a in ("amount", "eligibility", "overview")},
    } | more
    return KnowledgeBase(
        version=1, documents={d.id: d for d in (REPORT, LAW, *documents)}, provisions=tuple(provisions), **given
    )


# A data file that loads.
GOOD = """\
documents:
  - {id: report, title: 政府工作报告, issuer: 区政府, region: "445303", kind: report, published: 2019-04-18}
  - {id: law, title: 条例, issuer: 国务院, region: "000000", kind: regulation, effective_from: 2010-05-01}
benefits:
  - {id: allowance, name: 津贴, aliases: [补贴], field: 弱有所扶, department: 民政部门}
  - {id: housing, name: 住房, field: 住有所居, department: 住建部门}
audiences:
  - {id: rural, dimension: residence, label: 农村}
provisions:
  - id: rural-2018
    benefit: allowance
    aspect: amount
    region: "445303"
    value: 450
    unit: 元
    period: 月
    as_at: 2018-12-31
    document: report
    statement: 每人每月450元。
"""
