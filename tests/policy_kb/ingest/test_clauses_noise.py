"""What is not the document goes, is reported, and takes nothing of the document with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from clause_help import only, read, said

from policy_kb.ingest import SourceFile

BODY = "一、标准\n城市低保标准为每人每月800元。\n二、程序\n向镇政府申请，由镇政府审核。\n"


def reasons(file: SourceFile) -> dict[str, str]:
    return {d.text: d.reason for d in file.dropped}


@pytest.mark.parametrize("mark", ["织梦好,好织梦", "copyright dedecms", "内容来自dedecms", "本文来自织梦", "本文来自：www.abc.com"])
def test_a_watermark_goes_as_a_line_and_at_the_end_of_a_paragraph(tmp_path: Path, mark: str) -> None:
    text = BODY.replace("800元。\n", f"800元。 {mark}\n\n{mark}\n\n")
    file = read(tmp_path, text)
    assert said(only(file)) == said(only(read(tmp_path, BODY)))
    assert [d.text for d in file.dropped] == [mark, mark]


def test_a_watermark_inside_a_sentence_is_cut_out_and_the_sentence_kept(tmp_path: Path) -> None:
    file = read(tmp_path, BODY.replace("每人每月", "每人织梦好,好织梦每月"))
    assert said(only(file))["一"] == "城市低保标准为每人每月800元。"
    assert reasons(file)["织梦好,好织梦"] == "网站水印"


def test_an_unknown_watermark_is_known_by_coming_again_between_paragraphs(tmp_path: Path) -> None:
    paragraph = "各级民政部门要认真做好城乡居民最低生活保障工作，按照规定的程序审核申请，按月足额发放保障金，不得拖欠。"
    text = "一、任务\n" + "".join(f"{paragraph}{i}。\n某某文库倾情奉献\n" for i in range(6)) + f"{paragraph}\n"
    file = read(tmp_path, text)
    assert [d.text for d in file.dropped] == ["某某文库倾情奉献"] * 6
    assert not [c for c in only(file).clauses if "文库" in c.text]


def test_short_lines_that_come_again_for_a_reason_stay(tmp_path: Path) -> None:
    text = "".join(f"{n}、任务{n}\n要完成任务，按时上报，不得拖延，确保按时完成全年目标任务，确保各项工作落到实处。\n牵头单位:区民政局\n" for n in "一二三四五六")
    file = read(tmp_path, text)
    assert not file.dropped
    assert len([c for c in only(file).clauses if c.text == "牵头单位:区民政局"]) == 6


def test_the_tail_of_a_page_goes_with_everything_below_it(tmp_path: Path) -> None:
    file = read(tmp_path, f"{BODY}我要回帖\n更多关于 低保 的文章\n随机推荐\n某某文章\n")
    assert reasons(file) == dict.fromkeys(["我要回帖", "更多关于 低保 的文章", "随机推荐", "某某文章"], "网页尾部")


def test_a_tail_word_in_the_middle_of_a_document_takes_nothing_with_it(tmp_path: Path) -> None:
    many = "".join(f"（{n}）第{n}项任务要认真完成，按时上报，不得拖延，确保各项工作落到实处并取得实实在在的成效。\n" for n in "一二三四五六七八九十")
    file = read(tmp_path, f"一、要求\n随便看\n{many}")
    assert len(only(file).clauses) >= 10
    assert not [d for d in file.dropped if "任务" in d.text]


def test_site_navigation_goes_and_its_date_is_the_documents(tmp_path: Path) -> None:
    text = f"您好,欢迎来到某某网! 手机版|设为首页|加入收藏\n某某网\n主页 > 政策 > 低保\n发布时间:2017-03-13 作者:某某网 浏览:【字体:\n{BODY}"
    file = read(tmp_path, text)
    assert len(file.dropped) == 4
    assert str(only(file).metadata.published) == "2017-03-13"
    assert list(said(only(file))) == ["一", "二"]


LAW = "# 办法\n\n## 第一章 总则\n\n{table}第一条 为了做好工作，制定本办法。\n\n第二条 有下列情形的，终止：\n\n{box}（一）死亡；\n\n（二）退出。\n\n{end}第三条 即日施行。\n"
TABLE = "| 环节 | 时间 |\n| --- | --- |\n| 审核 | 15天 |\n\n"


def law(folder: Path, table: str = "", box: str = "", end: str = "") -> SourceFile:
    return read(folder, LAW.format(table=table, box=box, end=end), "办法.md")


def test_a_readers_memory_aid_in_a_law_goes(tmp_path: Path) -> None:
    file = law(tmp_path, box="::: tip 记忆口诀\n\n两只鸡十一溜\n\n:::\n\n")
    assert reasons(file)["两只鸡十一溜"] == "读者笔记"
    assert said(only(file)) == said(only(law(tmp_path)))


def test_a_tip_is_the_copyists_whatever_it_says(tmp_path: Path) -> None:
    assert reasons(law(tmp_path, box="::: tip\n\n三种情形都要满足\n\n:::\n\n"))["三种情形都要满足"] == "读者笔记"


def test_a_boxed_paragraph_of_the_law_itself_is_its_articles_next_paragraph(tmp_path: Path) -> None:
    file = law(tmp_path, end="::: warning\n\n未成年人可以继续享受。\n\n:::\n\n")
    assert said(only(file))["第二条第二款"] == "未成年人可以继续享受。"
    assert [d.reason for d in file.dropped] == ["提示框标记", "提示框标记"]


def test_a_memory_aid_goes_in_whatever_box_it_is(tmp_path: Path) -> None:
    file = law(tmp_path, box="::: warning 考点\n\n背下来\n\n:::\n\n")
    assert reasons(file)["背下来"] == "读者笔记"


def test_a_table_before_a_chapters_first_article_is_somebodys_summary(tmp_path: Path) -> None:
    file = law(tmp_path, table=TABLE)
    assert said(only(file)) == said(only(law(tmp_path)))
    assert "读者归纳的表" in reasons(file).values()


def test_a_residents_question_above_a_document_goes(tmp_path: Path) -> None:
    file = read(tmp_path, f"低保户的孩子读幼儿园要钱吗?\n\n{BODY}由民政局解释。\n")
    assert reasons(file) == {"低保户的孩子读幼儿园要钱吗?": "网友提问"}


def test_what_is_left_out_names_its_line(tmp_path: Path) -> None:
    file = read(tmp_path, f"\n\n{BODY}\n我要回帖\n")
    assert [(d.line, d.text) for d in file.dropped] == [(8, "我要回帖")]
