"""The source documents, with all that is hard about them, come apart as they should."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from clause_help import at, only, paths, said, swallowed, unfaithful, vanished

from policy_kb.ingest import Clause, Metadata, SourceDocument, SourceFile, read_source
from policy_kb.ingest.readers import extract

Take = Callable[[str], SourceFile]


@lru_cache(maxsize=64)
def _taken(path: Path) -> SourceFile:
    return read_source(path)


@pytest.fixture(scope="session")
def take(sources: Path) -> Take:
    """``take("seeds/001")``, ``take("laws/社会保险法")``: the one source document whose name begins so, taken in."""

    def run(name: str) -> SourceFile:
        found = sorted(sources.glob(f"{name}*"))
        assert len(found) == 1, found
        return _taken(found[0])

    return run


@pytest.fixture(scope="session")
def every_file(sources: Path) -> list[Path]:
    found = [*sorted(sources.glob("seeds/*.txt")), *sorted(sources.glob("laws/*.md"))]
    assert len(found) >= 50
    return found


def every_clause(file: SourceFile) -> list[Clause]:
    return [c for d in file.documents for c in d.clauses]


def dropped(file: SourceFile, text: str) -> set[str]:
    """Why the lines with this text were left out."""
    return {d.reason for d in file.dropped if text in d.text}


def holding(document: SourceDocument, text: str) -> Clause:
    """The one clause with this text in it."""
    found = [c for c in document.clauses if text in c.text]
    assert len(found) == 1, [c.path for c in found]
    return found[0]


# --- what holds for all of them


def test_no_line_vanishes(every_file: list[Path]) -> None:
    assert {p.name: gone for p in every_file if (gone := vanished(extract(p), _taken(p)))} == {}


def test_no_part_of_a_line_vanishes_in_the_plain_texts(every_file: list[Path]) -> None:
    assert {p.name: gone for p in every_file if p.suffix == ".txt" and (gone := swallowed(_taken(p)))} == {}


def test_paths_are_unique_within_a_document(every_file: list[Path]) -> None:
    for path in every_file:
        for document in _taken(path).documents:
            twice = [p for p, n in Counter(paths(document)).items() if n > 1]
            assert not twice, (path.name, twice)


def test_a_clauses_text_stands_in_its_span_and_spans_are_in_order(every_file: list[Path]) -> None:
    for path in every_file:
        file = _taken(path)
        assert unfaithful(file) == [], path.name
        starts = [c.start for c in every_clause(file)]
        assert starts == sorted(starts), path.name
        assert all(0 <= c.start < c.end <= len(file.text) for c in every_clause(file)), path.name


def test_reading_twice_gives_the_same(every_file: list[Path]) -> None:
    for path in every_file[:: max(1, len(every_file) // 12)]:
        assert read_source(path) == _taken(path)


def test_every_document_has_a_title_and_a_kind_and_every_clause_a_text(every_file: list[Path]) -> None:
    for path in every_file:
        for document in _taken(path).documents:
            assert document.metadata.title
            assert document.metadata.kind
            assert all(c.text.strip() and c.path for c in document.clauses)


def test_no_articles_are_missing_or_out_of_order(every_file: list[Path]) -> None:
    from policy_kb.ingest.numbering import chinese_to_int

    for path in every_file:
        for document in _taken(path).documents:
            numbers = [chinese_to_int(p[1 : p.index("条")]) for p in paths(document) if p.startswith("第") and "条" in p]
            seen = list(dict.fromkeys(numbers))
            assert seen == list(range(1, len(seen) + 1)), path.name


def test_no_markup_and_no_address_is_left_in_any_text(every_file: list[Path]) -> None:
    for path in every_file:
        for clause in every_clause(_taken(path)):
            assert not any(x in clause.text for x in ("**", "localhost", "](", "<div", ":::", "dedecms", "织梦")), clause


# --- the page with the question


def test_the_page_with_the_question_holds_three_documents(take: Take) -> None:
    report, homes, campaign = take("seeds/000").documents
    assert report.metadata == Metadata(
        title="云浮市云安区政府工作报告（2019年）",
        issuer="云浮市云安区人民政府",
        region="445303",
        kind="report",
        published=dt.date(2019, 4, 18),
    )
    assert homes.metadata.region is None
    assert campaign.metadata.region == "445303"
    assert len(campaign.clauses) == 5


def test_the_question_and_the_tail_of_the_page_are_reported(take: Take) -> None:
    file = take("seeds/000")
    assert dropped(file, "读幼儿园要钱吗学费") == {"网友提问"}
    assert {d.text for d in file.dropped if d.reason == "网页尾部"} >= {"我要回帖", "随机推荐"}


def test_the_49_care_homes_are_one_clause_each_under_their_name(take: Take) -> None:
    homes = take("seeds/000").documents[1]
    assert paths(homes) == [str(n) for n in range(1, 50)]
    assert at(homes, "37").headings == ("37.广东省云浮市云安区福利服务中心",)
    assert at(homes, "37").text.startswith("经验做法")


def test_the_reports_figures_stand_under_their_heading_and_its_second_series_is_told_apart(take: Take) -> None:
    report = take("seeds/000").documents[0]
    figure = holding(report, "每人每月640元和450元")
    assert (figure.path, figure.headings) == ("六·第2段", ("六、共建共享,社会民生事业全面进步",))
    assert holding(report, "十件民生实事").path == "五（第2处）·第2段"
    assert at(report, "一·第1段").headings == ("一、坚定不移实施创新驱动,强化发展动力",)


def test_missing_punctuation_is_not_made_up(take: Take) -> None:
    report = take("seeds/000").documents[0]
    assert holding(report, "亿元以上项目5个").text.endswith("亿元以上项目5个")
    assert holding(report, "现代农业提速发展").text.startswith("现代农业提速发展")


# --- the plan with nine attachments


def test_a_plans_four_levels_are_in_the_path_of_its_attachments(take: Take) -> None:
    plan = only(take("seeds/001"))
    clause = at(plan, "附件2·四·（一）·3·（6）")
    assert "建档立卡资助" in clause.text
    assert clause.headings == (
        "附件2 “学有所教”专项方案(2018—2020年)",
        "四、重点任务",
        "(一)实施六大工程",
        "3.学生资助体系建设工程",
    )


def test_the_notice_before_the_plan_is_set_apart(take: Take) -> None:
    plan = only(take("seeds/001"))
    assert plan.metadata.title == "重庆市綦江区保障和改善民生行动计划(2018—2020年)"
    assert plan.metadata.issuer == "中共重庆市綦江区委、重庆市綦江区人民政府"
    assert plan.metadata.published == dt.date(2019, 2, 21)
    assert (plan.metadata.effective_from, plan.metadata.effective_to) == (dt.date(2018, 1, 1), dt.date(2020, 12, 31))
    assert (plan.metadata.region, plan.metadata.kind) == ("500110", "plan")
    assert said(plan)["通知·主送"].startswith("各街道党工委")
    assert said(plan)["印发"].endswith("印发")


def test_the_first_attachment_is_known_by_its_listed_title(take: Take) -> None:
    plan = only(take("seeds/001"))
    assert at(plan, "附件1·一").headings[0] == "附件1 “幼有所育”专项方案(2018—2020年)"
    assert said(plan)["附件目录·10"] == "重点任务及工作目标表"
    assert {p.split("·")[0] for p in paths(plan) if p.startswith("附件") and p[2].isdigit()} == {f"附件{n}" for n in range(1, 10)}


def test_the_section_number_used_twice_is_told_apart(take: Take) -> None:
    plan = only(take("seeds/001"))
    assert at(plan, "附件6·三·（一）").headings[1] == "三、工作目标"
    assert at(plan, "附件6·三（第2处）·（一）·1·（1）").headings[1] == "三、重点任务"


def test_levels_may_be_left_out_and_numbers_may_open_with_a_year(take: Take) -> None:
    plan = only(take("seeds/001"))
    assert "旅游厕所127座" in said(plan)["附件8·四·1·（2）"]
    assert said(plan)["附件8·三·1"].startswith("2018年。")
    assert holding(plan, "350元/人").path == "附件7·一"


def test_slips_of_character_recognition_stay(take: Take) -> None:
    plan = only(take("seeds/001"))
    assert "五个ー" in said(plan)["附件5·四·（一）·1·（1）"]
    assert "接照" in said(plan)["附件8"]
    assert "推近" in said(plan)["三·（二）"]


def test_a_lead_department_stands_with_the_programme_it_leads(take: Take) -> None:
    plan = only(take("seeds/001"))
    lead = at(plan, "二·（五）·第2段")
    assert lead.text.startswith("牵头单位:区民政局")
    assert lead.headings == ("二、主要任务和工作目标", "(五)实施“老有所养”专项")


# --- the plan with flattened tables


def test_the_zones_plan_is_placed_once_the_zone_is_given(take: Take, sources: Path) -> None:
    plan = only(take("seeds/002"))
    assert plan.metadata.number == "万盛经开发〔2022〕11号"
    assert plan.metadata.published == dt.date(2022, 3, 21)
    assert plan.metadata.region is None
    path = next(sources.glob("seeds/002*"))
    assert only(read_source(path, places={"万盛经开区": "500110-wansheng"})).metadata.region == "500110-wansheng"


def test_flattened_tables_are_rows_with_their_headers(take: Take) -> None:
    plan = only(take("seeds/002"))
    assert at(plan, "表1·第3行").cells[2:4] == ("≥95", "≥95")
    row = at(plan, "表2·第13行")
    assert row.kind == "row"
    assert row.text.endswith("单位：%；2020年：≥30；2025年：≥60；指标属性：约束性")
    assert row.headings[-1] == "表2 “十四五”万盛经开区民政事业主要发展指标"
    assert len([p for p in paths(plan) if p.startswith("表2·第")]) == 17


def test_boxes_are_counted_by_their_number_and_the_text_goes_on_after_them(take: Take) -> None:
    plan = only(take("seeds/002"))
    assert at(plan, "专栏4·3").text.startswith("医养结合型")
    assert not [c for c in plan.clauses if c.text.endswith("|")]
    assert holding(plan, "加强福利彩票运行管理").path.startswith("二（第2处）")
    assert holding(plan, "打造优质服务窗口").path.startswith("二（第2处）")


def test_the_zones_figures_stand_in_the_introduction(take: Take) -> None:
    plan = only(take("seeds/002"))
    assert holding(plan, "620元、496元").path == "引言·第2段"


# --- the magazine article and the page with watermarks


def test_the_article_falls_into_its_headings(take: Take) -> None:
    article = only(take("seeds/003"))
    assert (article.metadata.title, article.metadata.kind, article.metadata.region) == ("擘画大民生格局", "article", "510100")
    assert holding(article, "700元、650元").path == "弱有所扶·第1段"
    assert holding(article, "700元、650元").headings == ("弱有所扶:精准施策强化基本民生保障",)
    assert dropped(take("seeds/003"), "科学优质学术资源") == {"网页残留"}


def test_watermarks_go_and_the_sentences_they_stood_in_stay(take: Take) -> None:
    file = take("seeds/004")
    plan = only(file)
    assert len([d for d in file.dropped if d.reason == "网站水印"]) > 60
    assert holding(plan, "2016年低保标准达到720元以上").text.endswith("动态调整。")
    assert at(plan, "三·（一）·1·第2段").headings[-1] == "1.深化民生基本保障。"
    assert at(plan, "三·（一）·2·第1段").headings[-1] == "2.适推社会福利。"


def test_a_page_that_begins_in_the_middle_has_no_introduction(take: Take) -> None:
    plan = only(take("seeds/004"))
    assert paths(plan)[0] == "正文·第1段"
    assert (plan.metadata.published, plan.metadata.region) == (dt.date(2017, 3, 13), "440100")


# --- the laws


def test_the_boxed_paragraph_of_article_24_is_its_second(take: Take) -> None:
    file = take("laws/特困人员认定办法")
    assert "可继续享有救助供养待遇至18周岁" in said(only(file))["第二十四条第二款"]
    assert said(only(file))["第二十四条第一款第六项"] == "自愿申请退出救助供养。"
    assert dropped(file, "溜溜") == {"读者笔记"}
    assert dropped(file, "调查核实 |") == {"读者归纳的表"}


def test_a_memory_aid_does_not_part_an_article_from_its_items(take: Take) -> None:
    rule = only(take("laws/最低生活保障审核确认办法"))
    item = at(rule, "第八条第一款第一项")
    assert item.lead.endswith("可以单独提出申请：")
    assert item.text.endswith("的一级、二级重度残疾人和三级智力残疾人、三级精神残疾人；")
    assert "1.5倍" in said(rule)["第八条第二款"]
    assert said(rule)["第十三条第二款"] == "下列收入不计入家庭收入："  # after items that end with full stops
    assert at(rule, "第七条第二款第一项").lead == "下列人员不计入共同生活的家庭成员："


def test_an_unmarked_chapter_is_a_heading_too(take: Take) -> None:
    rule = only(take("laws/最低生活保障审核审批办法"))
    assert at(rule, "第三十七条").headings == ("第九章　附则",)


@pytest.mark.parametrize(
    ("name", "published", "effective_from", "region", "kind"),
    [
        ("社会保险法", dt.date(2018, 12, 29), dt.date(2011, 7, 1), "000000", "law"),
        ("学前教育法", dt.date(2024, 11, 8), dt.date(2025, 6, 1), "000000", "law"),
        ("失业保险条例", dt.date(1999, 1, 22), dt.date(1999, 1, 22), "000000", "regulation"),
        ("殡葬管理条例", dt.date(1997, 7, 21), dt.date(1997, 7, 21), "000000", "regulation"),
        ("残疾人教育条例", dt.date(2017, 2, 1), dt.date(2017, 5, 1), "000000", "regulation"),
        ("社会救助暂行办法", dt.date(2014, 2, 21), dt.date(2014, 5, 1), "000000", "regulation"),
        ("重庆市失业保险条例", dt.date(2011, 11, 25), dt.date(2004, 1, 1), "500000", "regulation"),
        ("重庆市城乡居民最低生活保障条例", dt.date(2016, 3, 31), dt.date(2016, 5, 1), "500000", "regulation"),
        ("广州市幼儿园条例", dt.date(2021, 3, 18), dt.date(2021, 6, 1), "440100", "regulation"),
        ("广东省失业保险条例", dt.date(2022, 6, 1), dt.date(2014, 7, 1), "440000", "regulation"),
        ("刚性支出困难家庭认定办法", None, dt.date(2025, 1, 1), "000000", "rule"),
        ("关于加强孤儿保障工作的意见", None, None, "000000", "notice"),
    ],
)
def test_a_laws_dates_place_and_kind(
    take: Take, name: str, published: dt.date | None, effective_from: dt.date | None, region: str, kind: str
) -> None:
    found = only(take(f"laws/{name}")).metadata
    assert (found.published, found.effective_from) == (published, effective_from)
    assert (found.region, found.kind) == (region, kind)


def test_the_year_in_a_laws_file_name_is_that_of_its_text_or_of_an_amendment_it_does_not_print(every_file: list[Path]) -> None:
    """A check on the dates read: never later than the edition the file is named for."""
    for path in every_file:
        stem = path.stem[-4:]
        published = _taken(path).documents[0].metadata.published
        if path.suffix == ".md" and stem.isdigit() and published:
            assert published.year <= int(stem), path.name


def test_orders_numbers_are_those_of_the_latest_order(take: Take) -> None:
    assert only(take("laws/残疾人教育条例")).metadata.number == "中华人民共和国国务院令第674号"


def test_an_opinion_counts_through_its_sections(take: Take) -> None:
    opinion = only(take("laws/关于改革完善社会救助制度的意见"))
    assert at(opinion, "二·（四）·15").headings == ("二、重点任务", "（四）完善急难社会救助")


def test_the_last_paragraph_of_an_opinion_speaks_for_the_whole(take: Take) -> None:
    assert said(only(take("laws/关于加强困境儿童保障工作的意见")))["结语"].startswith("各地区、各部门")
