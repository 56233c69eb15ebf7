"""Title, issuer, number, dates, kind and place are taken from what the document says, and what is given wins."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from clause_help import only, read, said

from policy_kb.ingest import Metadata

CHONGQING = "500000"


def described(folder: Path, text: str, name: str = "文件.txt", **more: object) -> Metadata:
    return only(read(folder, text, name, **more)).metadata  # type: ignore[arg-type]


def law(title: str, note: str, last: str = "本法自2011年7月1日起施行。") -> str:
    return f"# {title}\n\n{note}\n\n第一条 为了工作，制定本法。\n\n第二条 要做好工作。\n\n第三条 {last}\n"


def test_a_laws_latest_revision_is_its_publication_and_its_last_article_its_force(tmp_path: Path) -> None:
    note = "2010年10月28日 第十一届全国人民代表大会常务委员会第十七次会议通过\n\n2018年12月29日 第十三届全国人民代表大会常务委员会第七次会议《关于修改〈某法〉的决定》修正"
    found = described(tmp_path, law("中华人民共和国某某法", note), "法.md")
    assert found.title == "中华人民共和国某某法"
    assert found.issuer == "全国人民代表大会常务委员会"
    assert (found.published, found.effective_from) == (dt.date(2018, 12, 29), dt.date(2011, 7, 1))
    assert (found.kind, found.region) == ("law", "000000")


def test_the_note_under_a_laws_title_is_kept_to_be_read(tmp_path: Path) -> None:
    document = only(read(tmp_path, law("某某条例", "1999年9月28日 中华人民共和国国务院令第271号发布"), "条例.md"))
    assert said(document)["题注"].endswith("发布")


@pytest.mark.parametrize("last", ["本条例自发布之日起施行。", "本条例由民政部解释，自公布之日起实施。"])
def test_in_force_from_its_issue_means_the_day_it_was_issued(tmp_path: Path, last: str) -> None:
    note = "1998年12月26日 国务院第11次常务会议通过\n\n1999年1月22日 中华人民共和国国务院令第258号发布"
    found = described(tmp_path, law("某某条例", note, last), "条例.md")
    assert found.effective_from == found.published == dt.date(1999, 1, 22)
    assert found.number == "中华人民共和国国务院令第258号"
    assert (found.issuer, found.kind) == ("国务院", "regulation")


def test_in_force_from_its_issue_is_not_moved_by_a_later_amendment(tmp_path: Path) -> None:
    note = "1997年7月21日 中华人民共和国国务院令第225号发布\n\n2012年11月9日 《国务院关于修改部分行政法规的决定》修订"
    found = described(tmp_path, law("某某条例", note, "本条例自发布之日起施行。"), "条例.md")
    assert (found.published, found.effective_from) == (dt.date(2012, 11, 9), dt.date(1997, 7, 21))


def test_a_local_congress_is_named_with_its_place(tmp_path: Path) -> None:
    found = described(tmp_path, law("重庆市某某条例", "2011年11月25日 重庆市第三届人民代表大会常务委员会第二十八次会议通过"), "条例.md")
    assert (found.issuer, found.region) == ("重庆市人民代表大会常务委员会", CHONGQING)


@pytest.mark.parametrize("number", ["渝府发〔2022〕11号", "渝府发[2022]11号", "渝府发（2022）11号", "渝府发【2022】11号"])
def test_a_document_number_is_read_in_every_bracket(tmp_path: Path, number: str) -> None:
    text = f"重庆市人民政府关于做好救助工作的通知\n{number}\n各区县人民政府：\n按照民发〔2020〕3号文件，现通知如下。\n重庆市人民政府\n2022年3月21日\n"
    assert described(tmp_path, text).number == number


def test_a_number_the_text_only_mentions_is_not_its_own(tmp_path: Path) -> None:
    assert described(tmp_path, "关于做好工作的通知\n根据国发〔2020〕3号文件，要做好工作。\n").number is None


@pytest.mark.parametrize("date", ["2022年3月21日", "二〇二二年三月二十一日", "2022 年 3 月 21 日"])
def test_the_signature_gives_issuer_and_date(tmp_path: Path, date: str) -> None:
    found = described(tmp_path, f"关于做好救助工作的通知\n各镇人民政府：\n要做好工作。\n东山区民政局\n东山区财政局\n{date}\n")
    assert found.issuer == "东山区民政局、东山区财政局"
    assert found.published == dt.date(2022, 3, 21)


def test_a_reports_session_gives_its_place_date_and_name(tmp_path: Path) -> None:
    text = "——2019年4月18日在重庆市綦江区第十八届\n\n人民代表大会第四次会议上\n\n我代表区政府作政府工作报告,请予审议。\n\n一、成绩\n\n成绩很大。\n"
    found = described(tmp_path, text)
    assert (found.kind, found.region, found.published) == ("report", "500110", dt.date(2019, 4, 18))
    assert found.title == "重庆市綦江区政府工作报告（2019年）"


def test_a_plans_years_are_when_it_holds(tmp_path: Path) -> None:
    found = described(tmp_path, "重庆市綦江区行动计划（2018—2020年）\n一、目标\n要达到目标。\n")
    assert (found.effective_from, found.effective_to) == (dt.date(2018, 1, 1), dt.date(2020, 12, 31))
    assert found.kind == "plan"


def test_a_rule_with_a_term_ends_with_it(tmp_path: Path) -> None:
    found = described(tmp_path, law("某某办法", "", "本办法自2020年5月1日起施行，有效期5年。"), "办法.md")
    assert (found.effective_from, found.effective_to) == (dt.date(2020, 5, 1), dt.date(2025, 4, 30))


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("国务院关于加强工作的意见", "000000"),
        ("民政部办公厅关于加强工作的通知", "000000"),
        ("重庆市人民政府关于加强工作的通知", "500000"),
        ("重庆市綦江区人民政府关于加强工作的通知", "500110"),
        ("广东省云浮市云安区关于加强工作的通知", "445303"),
        ("重庆市城乡居民最低生活保障办法", "500000"),
    ],
)
def test_the_title_says_for_which_place_a_document_speaks(tmp_path: Path, title: str, region: str) -> None:
    assert described(tmp_path, f"# {title}\n\n要做好工作。\n\n还要做好工作。\n", "通知.md").region == region


@pytest.mark.parametrize(
    "title", ["重庆市万盛经开区关于加强工作的通知", "朝阳区关于加强工作的通知", "关于加强工作的通知", "西山镇关于加强工作的通知"]
)
def test_a_place_that_is_not_sure_is_left_to_be_asked(tmp_path: Path, title: str) -> None:
    assert described(tmp_path, f"# {title}\n\n要做好工作。\n\n还要做好工作。\n", "通知.md").region is None


def test_a_local_zone_is_known_once_it_is_given(tmp_path: Path) -> None:
    text = "# 重庆市万盛经开区关于加强工作的通知\n\n要做好工作。\n"
    found = described(tmp_path, text, "通知.md", places={"万盛经开区": "500110-wansheng"})
    assert found.region == "500110-wansheng"


def test_a_paper_to_all_provinces_is_for_the_whole_country(tmp_path: Path) -> None:
    text = "# 关于加强工作的通知\n\n各省、自治区、直辖市民政厅（局）：\n\n要做好工作。\n"
    assert described(tmp_path, text, "通知.md").region == "000000"


def test_what_is_given_wins_over_front_matter_and_that_over_the_text(tmp_path: Path) -> None:
    text = "---\ntitle: 卷首的题目\nissuer: 卷首的机关\n---\n\n# 重庆市关于加强工作的通知\n\n要做好工作。\n"
    document = only(read(tmp_path, text, "通知.md", Metadata(title="给定的题目")))
    assert document.metadata.title == "给定的题目"
    assert document.metadata.issuer == "卷首的机关"
    assert document.metadata.region == CHONGQING
    assert said(document)["标题"] == "重庆市关于加强工作的通知"


def test_a_short_first_line_is_the_title_of_a_text(tmp_path: Path) -> None:
    document = only(read(tmp_path, "低保政策问答\n1.问：什么是低保？\n答：最低生活保障。\n"))
    assert document.metadata.title == "低保政策问答"
    assert said(document) == {"1": "答：最低生活保障。"}


def test_a_document_without_a_title_is_called_by_its_opening_words(tmp_path: Path) -> None:
    found = described(tmp_path, "近日，区民政局组织走访慰问。\n大家都很高兴。\n")
    assert found.title == "（无标题）近日，区民政局组织走访慰问。"
    assert found.kind == "article"
