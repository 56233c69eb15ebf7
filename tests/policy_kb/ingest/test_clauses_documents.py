"""Several documents in one file are told apart, each with what it says of itself."""

from __future__ import annotations

from pathlib import Path

from clause_help import paths, read

from policy_kb.ingest import Metadata


def notice(what: str, amount: int, day: int) -> str:
    return f"关于发放{what}的通知\n\n各镇人民政府：\n{what}每户{amount}元。\n重庆市綦江区民政局\n2024年1月{day}日\n\n"


def test_two_notices_one_below_the_other_are_two_documents(tmp_path: Path) -> None:
    file = read(tmp_path, notice("慰问金", 300, 5) + notice("取暖费", 200, 20))
    assert [d.metadata.title for d in file.documents] == ["关于发放慰问金的通知", "关于发放取暖费的通知"]
    assert [str(d.metadata.published) for d in file.documents] == ["2024-01-05", "2024-01-20"]
    assert {d.metadata.region for d in file.documents} == {"500110"}


def test_markdown_documents_are_told_apart_by_their_titles(tmp_path: Path) -> None:
    text = "# 云山市低保办法\n\n第一条 甲。\n\n第二条 乙。\n\n# 云山市特困办法\n\n第一条 丙。\n\n第二条 丁。\n"
    file = read(tmp_path, text, "汇编.md")
    assert [paths(d) for d in file.documents] == [["第一条", "第二条"]] * 2


def test_top_headings_that_are_no_titles_do_not_cut_a_document(tmp_path: Path) -> None:
    text = "# 云山市低保办法\n\n一、对象\n\n本市居民。\n\n# 附则\n\n即日施行。\n"
    assert len(read(tmp_path, text, "办法.md").documents) == 1


REPORT = "——2019年4月18日在重庆市綦江区第一届人民代表大会第四次会议上\n我代表区政府作政府工作报告。\n一、成绩\n成绩很大，很多。\n各位代表，让我们努力奋斗!\n"
LIST = "".join(f"{i}.第{i}福利院\n经验做法:该院坚持公益性,服务老年人{i}0人,效果良好。\n" for i in range(1, 8))
CAMPAIGN = "为推动工作，区民政局组织走访慰问，送去温暖。\n近日，干部进村入户，听取意见，帮助解决困难。\n"


def test_a_report_a_list_of_cases_and_an_article_on_one_page_are_three_documents(tmp_path: Path) -> None:
    file = read(tmp_path, REPORT + LIST + CAMPAIGN)
    assert [d.metadata.kind for d in file.documents] == ["report", "article", "article"]
    assert paths(file.documents[1]) == ["1", "2", "3", "4", "5", "6", "7"]
    assert file.documents[1].clauses[2].headings == ("3.第3福利院",)
    assert paths(file.documents[2]) == ["正文·第1段", "正文·第2段"]
    assert file.documents[1].metadata.region is None


def test_a_place_given_for_a_file_holds_for_all_its_documents_the_rest_for_the_first(tmp_path: Path) -> None:
    file = read(tmp_path, REPORT + LIST + CAMPAIGN, given=Metadata(region="445303", title="报告", url="https://example.org"))
    assert {d.metadata.region for d in file.documents} == {"445303"}
    assert {d.metadata.url for d in file.documents} == {"https://example.org"}
    assert [d.metadata.title == "报告" for d in file.documents] == [True, False, False]


def test_a_list_inside_a_document_is_no_document_of_its_own(tmp_path: Path) -> None:
    file = read(tmp_path, f"一、典型\n各地有下列典型：\n{LIST}")
    assert len(file.documents) == 1
