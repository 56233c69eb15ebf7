"""Web pages: the document kept, the page around it reported."""

from __future__ import annotations

import datetime as dt

import pytest
from extract_checks import assert_lines_are_the_text, reasons, texts
from hypothesis import given
from hypothesis import strategies as st

from policy_kb.ingest.model import UnreadableFile
from policy_kb.ingest.readers.webpage import read_webpage

LONG = "本区户籍的困难家庭可以向户籍所在地的镇人民政府提出申请，由镇人民政府受理并在规定的时间内办结。"


def read(page: str, encoding: str = "utf-8"):
    found = read_webpage(page.encode(encoding), "a.html")
    assert_lines_are_the_text(found)
    return found


def body(inner: str, head: str = ""):
    return read(f"<html><head>{head}</head><body>{inner}</body></html>")


SITE = f"""<html><head><meta charset="gb2312"><title>关于提高补贴标准的通知_某某市人民政府</title>
<meta name="ArticleTitle" content="关于提高补贴标准的通知"><meta name="PubDate" content="2024-05-06 10:00">
<link rel="canonical" href="https://example.gov.cn/a/1.html"><style>p {{}}</style></head>
<body><script>var a = 1;</script><form action="s"><header><a href="/">首页</a></header><div class="nav2"><ul><li><a>新闻</a><li><a>公告</a></ul></div>
<table><tr><td>发文机关：</td><td>某某市民政局</td><td>文 号</td><td>某民发〔2024〕8号</td></tr>
<tr><td>成文日期</td><td>2024年5月1日</td><td>索引号</td><td>123</td></tr></table>
<h1>关于提高补贴标准的通知</h1><p>发布时间：2024-05-06 10:00　来源：某某网</p>
<div class="TRS_Editor"><p>各区民政局：</p><p>　　一、{LONG}</p><p>二、标准从<b>每月</b>300元提高到320元。</p></div>
<div class="footer">版权所有：某某市</div></form></body></html>"""


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_government_page_gives_its_document_its_metadata_and_a_report_of_the_rest(encoding):
    page = SITE if encoding == "gb18030" else SITE.replace("gb2312", "utf-8")
    found = read(page, encoding)
    assert texts(found) == ["关于提高补贴标准的通知", "各区民政局：", f"一、{LONG}", "二、标准从每月300元提高到320元。"]
    assert (found.lines[0].kind, found.lines[0].level) == ("heading", 1)
    said = found.metadata
    assert (said.title, said.issuer, said.number) == ("关于提高补贴标准的通知", "某某市民政局", "某民发〔2024〕8号")
    assert said.published == dt.date(2024, 5, 1)
    assert said.url == "https://example.gov.cn/a/1.html"
    told = reasons(found)
    assert told["首页"] == "网页导航"
    assert told["版权所有：某某市"] in ("正文以外", "网页导航")
    assert told["var a = 1;"] == "脚本样式"


def test_the_day_of_the_page_counts_only_where_the_document_has_none():
    head = '<meta name="PubDate" content="2024-05-06">'
    assert body(f"<article><p>{LONG}</p></article>", head).metadata.published == dt.date(2024, 5, 6)
    signed = f"<article><p>{LONG}</p><p>某某局</p><p>2019年4月1日</p></article>"
    assert body(signed, head).metadata.published is None


def test_the_title_is_taken_without_the_site_s_name():
    found = body(f"<h2>某区临时救助办法</h2><p>{LONG}</p>", "<title>某区临时救助办法-某区人民政府 - 政策文件</title>")
    assert found.metadata.title in (None, "某区临时救助办法")
    found = body(f"<h2>某区临时救助办法</h2><p>{LONG}</p>", "<title>某区临时救助办法 - 某区人民政府</title>")
    assert found.metadata.title == "某区临时救助办法"


@pytest.mark.parametrize(
    "around", ["<div id='UCAP-CONTENT'>{}</div>", "<article>{}</article>", "<main>{}</main>", "<div class='x y'>{}</div>"]
)
def test_the_main_region_is_found(around):
    links = "<div class='list'>" + "".join(f"<a href='{i}'>其他新闻标题之{i}</a>" for i in range(9)) + "</div>"
    found = body(f"<div>{links}<div>{around.format(f'<p>{LONG}</p><p>{LONG}</p>')}</div><div>{links}</div></div>")
    assert texts(found) == [LONG, LONG]


def test_a_wechat_article_is_read_although_it_is_hidden_until_its_script_runs():
    assert texts(body(f'<div id="js_content" style="visibility: hidden"><p>{LONG}</p></div>')) == [LONG]


def test_hidden_and_struck_words_are_dropped_but_the_line_stays_whole():
    found = body(f"<article><p>每月<s>300</s><span style='display:none'>x</span>320元</p><p hidden>藏</p><p>{LONG}</p></article>")
    assert texts(found) == ["每月320元", LONG]
    assert reasons(found) == {"300": "删去的文字", "x": "隐藏内容", "藏": "隐藏内容"}


def test_breaks_lists_and_raised_digits_read_as_they_are_seen():
    found = body(
        "<article>一<br>二<ol start=3><li>甲<li>乙<ul><li>丙</ul></ol><ol><li>1. 丁</ol><p>10<sup>4</sup>元，60m<sup>2</sup></p></article>"
    )
    assert texts(found) == ["一", "二", "3. 甲", "4. 乙", "丙", "1. 丁", "10⁴元，60m²"]


def test_headings_keep_their_level():
    found = body(f"<article><h2>第一章</h2><p>{LONG}</p><h3><span>第一节</span></h3></article>")
    assert [(line.text, line.level) for line in found.lines if line.kind == "heading"] == [("第一章", 2), ("第一节", 3)]


def test_merged_cells_are_said_in_every_row_and_column_they_cover():
    found = body(
        "<article><table><caption>标准表</caption><tr><th rowspan=2>地区</th><th colspan=2>标准</th></tr><tr><th>城市</th><th>农村</th></tr>"
        "<tr><td rowspan=2>甲区</td><td>700</td><td><p>450</p><p>元</p></td></tr><tr><td>710</td><td></td></tr>"
        "<tr><td colspan=3>注：按月</td></tr></table></article>"
    )
    assert [line.cells for line in found.lines if line.kind == "row"] == [
        ("地区", "标准", "标准"),
        ("地区", "城市", "农村"),
        ("甲区", "700", "450 元"),
        ("甲区", "710", ""),
        ("注：按月",),
    ]
    assert "标准表" in texts(found, "text")
    assert "地区 | 标准" in texts(found, "row")


def test_the_header_of_a_list_of_documents_is_no_metadata():
    rows = "<tr><th>名称</th><th>文号</th><th>发布日期</th></tr><tr><td>某办法</td><td>某发〔2020〕1号</td><td>2020年1月2日</td></tr>"
    found = body(f"<article><p>{LONG}</p><table>{rows}</table></article>")
    assert (found.metadata.title, found.metadata.number, found.metadata.published) == (None, None, None)
    assert len(texts(found, "row")) == 2


def test_a_table_that_only_arranges_the_page_is_no_table():
    found = body(
        f"<table><tr><td><a>首页</a></td><td><table><tr><td><p>{LONG}</p><p>{LONG}</p></td></tr></table></td></tr></table>"
    )
    assert texts(found, "row") == []
    assert LONG in texts(found)


def test_a_form_around_the_whole_page_is_not_dropped():
    assert texts(body(f"<form><div><p>{LONG}</p><select><option>字号</option></select></div></form>")) == [LONG]


@pytest.mark.parametrize(
    ("inner", "says"), [("<script>load()</script>", "脚本"), ("<article><p><img src='a.png'></p></article>", "OCR")]
)
def test_a_page_without_text_says_why(inner, says):
    with pytest.raises(UnreadableFile, match=says):
        body(inner)


def test_a_page_nested_ten_thousand_deep_is_read():
    assert texts(body("<div>" * 10_000 + LONG)) == [LONG]


def test_absurd_spans_do_not_blow_up():
    found = body(
        "<article><table><tr><td rowspan=99999 colspan=99999>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table></article>"
    )
    assert len(found.lines[0].cells) <= 102


TAGS = [
    "p",
    "div",
    "table",
    "tr",
    "td",
    "ul",
    "ol",
    "li",
    "span",
    "b",
    "del",
    "h2",
    "article",
    "nav",
    "pre",
    "sup",
    "form",
    "br",
]


@given(st.lists(st.one_of(st.sampled_from([f"<{t}>" for t in TAGS] + [f"</{t}>" for t in TAGS]), st.sampled_from("甲乙 \n3"))))
def test_no_text_of_any_page_vanishes(parts):
    page = "".join(parts)
    try:
        found = body(f"<article>开头{page}</article>")
    except UnreadableFile:
        return
    kept = "".join(texts(found)) + "".join(d.text for d in found.dropped)
    for letter in "甲乙":
        assert kept.count(letter) >= page.count(letter)
