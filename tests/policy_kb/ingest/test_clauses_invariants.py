"""Whatever lines a document is made of: nothing vanishes, paths are unique, spans hold the text, the result is one."""

from __future__ import annotations

import hashlib
from collections import Counter

from clause_help import paths, swallowed, unfaithful, vanished
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policy_kb.ingest.model import Extract, SourceFile
from policy_kb.ingest.readers.markdown import read_markdown
from policy_kb.ingest.readers.textfile import read_text
from policy_kb.ingest.reading import take_apart

LINES = st.sampled_from(
    [
        "第一条 为了做好工作，制定本办法。", "第二条 有下列情形的，终止：", "第三条 即日施行。", "第一章 总则", "第二章 附则", "第一节 目标",
        "一、总体要求", "一、要求。各地要抓好落实。", "二、重点任务", "三，标准", "（一）指导思想", "（一）无劳动能力；", "（二）其他情形。",
        "(ー)对象", "1.建设工程", "1．2018年。达到87%", "2.培训工程", "1.1 城市", "（1）新建2所。", "(2)改建3所；", "①护理", "一是加快。",
        "应当提交：（一）身份证；（二）户口簿。不全的，告知。", "每人每月800元。", "各地要按照规定，", "将人员纳入保障", "到2020年，力争达到90%",
        "附件", "附件1", "附件2 申请表", "附件：1.申请表", "2.流程图", "申请表", "专栏1：工程", "工程内容。 |", "表1 指标", "序号 |", "指标", "1", "2", "80",
        "东山区人民政府", "2022年3月21日", "（此件公开发布）", "各镇人民政府：", "东府〔2022〕5号", "抄送：区人大。", "东山区办公室2022年3月21日印发",
        "关于发放慰问金的通知", "关于印发《东山区行动计划》的通知", "东山区行动计划", "（2021—2025年）", "——2019年4月18日在东山区第一届",
        "人民代表大会第四次会议上", "本文来自织梦", "内容。 copyright dedecms", "我要回帖", "随机推荐", "::: tip 口诀", "::: warning", ":::",
        "| 对象 | 标准 |", "| --- | --- |", "| 城市 | 800元 |", "# 办法", "## 一、要求", "## 条件", "", "", "要钱吗?", "标题 | 某某 |", "|", "经验做法:好。",
    ]
)  # fmt: skip
DOCUMENTS = st.lists(LINES, min_size=1, max_size=40).map("\n".join)


def check(extract: Extract) -> None:
    file: SourceFile = take_apart(extract, "文件", hashlib.sha256(b"").hexdigest())
    assert vanished(extract, file) == []
    assert unfaithful(file) == []
    assert swallowed(file) == []
    for document in file.documents:
        twice = [p for p, n in Counter(paths(document)).items() if n > 1]
        assert not twice
        assert document.metadata.title
        assert all(c.text for c in document.clauses)
    starts = [c.start for d in file.documents for c in d.clauses]
    assert starts == sorted(starts)
    assert take_apart(extract, "文件", file.sha256) == file


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
@example("附件\n各地要按照规定，\n各地要按照规定，\n各地要按照规定，\n关于发放慰问金的通知\n各地要按照规定，")
def test_in_plain_text(text: str) -> None:
    check(read_text(text.encode(), "文件.txt"))


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
def test_in_markdown(text: str) -> None:
    check(read_markdown(text.encode(), "文件.md"))
