"""What a document says of itself: title, issuer, number, dates, kind, place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from policy_kb.ingest.documents import Part
from policy_kb.ingest.frame import IMPRINT, NUMBER, SIGNATURE, TITLE_NOTE, TITLE_PAGE
from policy_kb.ingest.marks import DATE, YEARS, is_date, number_in
from policy_kb.ingest.model import Line, Metadata
from policy_kb.ingest.numbering import chinese_to_int
from policy_kb.ingest.places import Places
from policy_kb.ingest.readers.dates import read_date
from policy_kb.knowledge import COUNTRY

_DATES = re.compile(DATE)
_PROMULGATED = re.compile(r"公布|发布|颁布|通过|修订|修正|批准|印发|令第")
_ISSUED = re.compile(r"公布|发布|颁布|印发")
_IN_FORCE = re.compile(r"施行|实施|生效")
_SUBJECT = r"本(?:法|条例|办法|规定|细则|规则|意见|通知|方案|规划|计划|决定|制度|标准|公告)"
_FROM_DATE = re.compile(rf"{_SUBJECT}[^。；]{{0,12}}自\s*(?P<date>{DATE})\s*(?:起|之日起)(?:正式)?(?:施行|实施|执行|生效)")
_FROM_ISSUE = re.compile(
    rf"{_SUBJECT}[^。；]{{0,12}}自(?:公布|发布|颁布|印发|下发|通过)之日(?:起|后)?(?:正式)?(?:施行|实施|执行|生效)"
)
_UNTIL = re.compile(rf"有效期\s*(?:至|到|截至)\s*(?P<date>{DATE})")
_FOR_YEARS = re.compile(r"有效期(?:为|限)?\s*(?P<years>\d{1,2}|[一二三四五六七八九十]{1,2})\s*年")
_DECREE = re.compile(r"((?:[\u4e00-\u9fff]{2,20}、)?[\u4e00-\u9fff]{2,20}令\s*第?\s*\d+\s*号)")
_CONGRESS = re.compile(r"(?P<place>[\u4e00-\u9fff]{2,12}?)第[一二三四五六七八九十\d]+届人民代表大会(?P<committee>常务委员会)?")
_NPC = re.compile(r"全国人民代表大会(?P<committee>常务委员会)?")
_IMPRINT_DATE = re.compile(rf"(?P<organ>.*?)(?P<date>{DATE})\s*印发")
_EXPLAINED = re.compile(r"由(?P<organ>[\u4e00-\u9fff、]{2,30}?)(?:负责|会同[\u4e00-\u9fff、]{2,20}负责)解释")
_REPLACED = re.compile(r"(?:日|，|。|^)(?P<organ>[\u4e00-\u9fff、]{2,20}?)(?:印发|发布|公布)的《(?P<title>[^》]{2,40})》同时废止")
_NATIONAL_ADDRESS = re.compile(r"各省、自治区、直辖市")
_NATIONAL_LAW = re.compile(
    r"国务院[\u4e00-\u9fff、]{0,30}(?:主管|负责|统筹|指导|统一)[\u4e00-\u9fff、]{0,12}全国|全国的[\u4e00-\u9fff]{2,20}工作"
)
_ORGAN = r"(?:人民政府办公[厅室]|人民政府|管委会|办公[厅室]|国务院|委员会|[局厅部委院])"
_ORGAN_IN_TITLE = re.compile(rf"(?P<organ>[\u4e00-\u9fff]{{0,14}}?{_ORGAN}(?:[ 　、][\u4e00-\u9fff]{{2,14}}?{_ORGAN})*)关于")
_TAIL = re.compile(r"\s*[（(〔][^）)〕]{1,24}[）)〕]$")


def describe(part: Part, names: Mapping[int, str], notice_names: Mapping[int, str], places: Places) -> Metadata:
    """What one document's own text says; None where it does not say."""
    note = [x.text for i, x in enumerate(part.lines) if names.get(i) == TITLE_NOTE]
    title = _title(part)
    dates = _law_dates(note)
    issuer = _issuer(part, names, notice_names, note)
    number = _number(part, names, notice_names, note)
    published = dates.get("published") or _signed(part, names, notice_names) or _session_date(part)
    kind = _kind(title, issuer, number, part)
    effective_from, effective_to = _force(part, dates, published, title, kind)
    region = _region(part, title, issuer, places)
    return Metadata(title, issuer, number, region, kind, published, effective_from, effective_to)


def _title(part: Part) -> str | None:
    if part.title:
        return re.sub(r"\s+", " ", part.title).strip()
    if part.session:
        said = "".join(x.text for x in part.session)
        place = re.search(r"在(.{2,20}?)第[一二三四五六七八九十\d]+届人民代表大会|在(.{2,20}?)第", re.sub(r"\s", "", said))
        report = any("工作报告" in x.text[:80] for x in part.lines[:5])
        date = _session_date(part)
        if place and report and date:
            return f"{place[1] or place[2]}政府工作报告（{date.year}年）"
    return None


def _session_date(part: Part) -> dt.date | None:
    found = _DATES.search("".join(x.text for x in part.session))
    return read_date(found[0]) if found else None


def _law_dates(note: Sequence[str]) -> dict[str, dt.date]:
    """From the note under a law's title: ``published`` (the latest act), ``issued`` (when it was put out) and ``force``."""
    found: dict[str, dt.date] = {}
    for line in note:
        spans = list(_DATES.finditer(line))
        for i, span in enumerate(spans):
            date = read_date(re.sub(r"\s", "", span[0]))
            after = line[span.end() : spans[i + 1].start() if i + 1 < len(spans) else len(line)]
            before = line[: span.start()]
            if date is None:
                continue
            if _PROMULGATED.search(after) or re.search(r"(?:修订|公布|发布|成文|印发)(?:时间|日期)\D*$", before):
                found["published"] = max(date, found.get("published", date))
                if _ISSUED.search(after):
                    found["issued"] = max(date, found.get("issued", date))
            elif _IN_FORCE.search(after[:12]) or re.search(r"(?:实施|施行|生效)(?:时间|日期)\D*$", before):
                found["force"] = date
    return found


def _signed(part: Part, names: Mapping[int, str], notice_names: Mapping[int, str]) -> dt.date | None:
    for lines, frame in ((part.notice, notice_names), (part.lines, names)):
        for i, line in enumerate(lines):
            if frame.get(i) == SIGNATURE and is_date(line.text):
                return read_date(re.sub(r"\s", "", line.text))
    for i, line in enumerate(part.lines):
        if names.get(i) == IMPRINT and (found := _IMPRINT_DATE.search(line.text)):
            return read_date(re.sub(r"\s", "", found["date"]))
    return None


def _number(part: Part, names: Mapping[int, str], notice_names: Mapping[int, str], note: Sequence[str]) -> str | None:
    for lines, frame in ((part.notice, notice_names), (part.lines, names)):
        for i, line in enumerate(lines):
            if frame.get(i) == NUMBER:
                return number_in(line.text)
    decrees = [m[1] for line in note for m in _DECREE.finditer(_DATES.sub(" ", line))]
    return re.sub(r"\s", "", decrees[-1]) if decrees else None


def _issuer(part: Part, names: Mapping[int, str], notice_names: Mapping[int, str], note: Sequence[str]) -> str | None:
    for line in reversed(note):
        if npc := _NPC.search(line):
            return npc[0]
        if congress := _CONGRESS.search(re.sub(rf"^{DATE}\s*", "", line)):
            return f"{congress['place']}人民代表大会{congress['committee'] or ''}"
        if "国务院" in line and re.search(r"令|公布|发布", line):
            both = {"中央军事委员会": "国务院、中央军事委员会", "中共中央": "中共中央、国务院"}
            return next((said for other, said in both.items() if other in line), "国务院")
        if decree := _DECREE.search(_DATES.sub(" ", line)):
            return decree[1].partition("令")[0].strip()
        if labelled := re.match(r"(?:发文机关|发布机关|制定机关|发布单位)[\s:：]+(\S.*)", line):
            return labelled[1]
    for lines, frame in ((part.notice, notice_names), (part.lines, names)):
        organs = [x.text for i, x in enumerate(lines) if frame.get(i) == SIGNATURE and not is_date(x.text)]
        if organs:
            return "、".join(dict.fromkeys(organs))
    for title in (part.notice_title, part.title):
        if title and (found := _ORGAN_IN_TITLE.match(title)):
            return found["organ"]
    page = [x.text for i, x in enumerate(part.lines) if names.get(i) == TITLE_PAGE]
    organs = [t for t in page if not t.startswith(("（", "(")) and not t.endswith("文件")]
    if organs:
        return "、".join(organs)
    if part.session and (place := re.search(r"在(.{2,20}?)第[一二三四五六七八九十]+届", "".join(x.text for x in part.session))):
        return f"{place[1]}人民政府"
    if explained := _last(_EXPLAINED, part.lines[-4:]):
        return explained["organ"]
    if replaced := _last(_REPLACED, part.lines[-4:]):
        return replaced["organ"] if replaced["title"] in (part.title or "") else None
    return None


def _last(pattern: re.Pattern[str], lines: Sequence[Line]) -> re.Match[str] | None:
    found = [m for x in lines if (m := pattern.search(x.text))]
    return found[-1] if found else None


def _kind(title: str | None, issuer: str | None, number: str | None, part: Part) -> str:
    if part.session:
        return "report"
    name = title or ""
    while _TAIL.search(name):
        name = _TAIL.sub("", name)
    name = name.rstrip('》〉”"')
    articles = any("第一条" in x.text[:6] for x in part.lines[:40])
    if name.endswith("法") and not name.endswith(("办法", "做法")) and articles:
        return "law"
    if name.endswith("条例") or "国务院令" in (number or "") or (name.endswith(("办法", "规定")) and issuer == "国务院"):
        return "regulation"
    if name.endswith(("规划", "计划", "方案", "纲要")) or re.search(r"(?:规划|计划|方案|纲要)[（(]", title or ""):
        return "plan"
    if name.endswith(("办法", "规定", "细则", "规则", "规程", "标准")):
        return "rule"
    if name.endswith(("通知", "意见", "公告", "通告", "决定", "批复", "函", "措施")):
        return "notice"
    if name.endswith("报告"):
        return "report"
    return "article"


def _force(
    part: Part, dates: Mapping[str, dt.date], published: dt.date | None, title: str | None, kind: str
) -> tuple[dt.date | None, dt.date | None]:
    """From when and until when: what the last articles say, the note under the title, a plan's years."""
    since: dt.date | None = None
    until: dt.date | None = None
    for line in part.lines:
        if found := _FROM_DATE.search(line.text):
            since = read_date(re.sub(r"\s", "", found["date"]))
        elif _FROM_ISSUE.search(line.text):
            since = dates.get("issued") or published
        if end := _UNTIL.search(line.text):
            until = read_date(re.sub(r"\s", "", end["date"]))
        elif (years := _FOR_YEARS.search(line.text)) and since:
            until = _years_later(since, chinese_to_int(years["years"]))
    since = since or dates.get("force")
    if since is None and until is None and kind == "plan" and (period := YEARS.search(title or "")):
        first, last = int(period["first"]), int(period["last"])
        if 1949 <= first <= last <= 2100:
            return dt.date(first, 1, 1), dt.date(last, 12, 31)
    return since, until


def _years_later(day: dt.date, years: int) -> dt.date:
    """The last day of so many years from ``day``."""
    try:
        later = day.replace(year=day.year + years)
    except ValueError:
        later = day.replace(year=day.year + years, day=28)
    return later - dt.timedelta(days=1)


def _region(part: Part, title: str | None, issuer: str | None, places: Places) -> str | None:
    named = places.of_heading(title)
    by_issuer = places.of_heading(issuer) or places.of_heading(part.notice_title)
    if named and named != COUNTRY:
        # 重庆市… issued by a zone of 重庆: only the smaller one is right
        return by_issuer if by_issuer and by_issuer != COUNTRY and places.is_within(by_issuer, named) else named
    if named or by_issuer:
        return by_issuer or named
    if part.is_list:
        return None
    if any(_NATIONAL_ADDRESS.match(x.text) for x in (*part.notice[:8], *part.lines[:5])):
        return COUNTRY
    if _smaller_named(title):
        return None
    text = "".join(x.text for x in part.lines)
    if any("第一条" in x.text[:6] for x in part.lines[:40]):
        return COUNTRY if _NATIONAL_LAW.search(text) else None
    return places.most_named(text[:20000])


def _smaller_named(title: str | None) -> bool:
    return bool(title and re.match(r"[\u4e00-\u9fff]{2,12}(?:区|县|市|镇|旗|州)(?!民|域)", title))
