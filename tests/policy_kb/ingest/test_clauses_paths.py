"""Every clause has the full way to it, as one cites it, and none has another's."""

from __future__ import annotations

from pathlib import Path

from clause_help import at, only, paths, read, said

LAW = """# 云山市救助办法

## 第一章 总则

第一条 为了做好救助，制定本办法。

第二条 本市居民适用本办法。

持有居住证的，参照执行。

## 第二章 条件

第三条 有下列情形之一的，可以申请：

（一）无劳动能力；

（二）收入低于标准，包括：

1. 工资收入低于标准；

2. 财产收入低于标准。

第四条 下列人员不计入：

（一）服刑人员；

（二）失踪人员。

下列收入不计入：

（一）抚恤金；

（二）奖学金。

第四条之一 本办法自2020年7月1日起施行。
"""


def test_an_article_of_one_paragraph_is_cited_without_it_and_of_several_with_it(tmp_path: Path) -> None:
    law = only(read(tmp_path, LAW, "办法.md"))
    assert said(law)["第一条"] == "为了做好救助，制定本办法。"
    assert said(law)["第二条第一款"] == "本市居民适用本办法。"
    assert said(law)["第二条第二款"] == "持有居住证的，参照执行。"


def test_items_belong_to_the_paragraph_that_introduces_them(tmp_path: Path) -> None:
    law = only(read(tmp_path, LAW, "办法.md"))
    assert said(law)["第三条第一项"] == "无劳动能力；"
    assert said(law)["第四条第一款第二项"] == "失踪人员。"
    assert said(law)["第四条第二款第二项"] == "奖学金。"
    assert said(law)["第四条之一"].startswith("本办法自")


def test_after_items_that_end_with_full_stops_too_the_article_goes_on(tmp_path: Path) -> None:
    text = "第一条 收入包括：\n（一）工资。指劳动报酬。\n（二）租金。指房租。\n抚恤金不计入。\n第二条 即日施行。\n"
    assert said(only(read(tmp_path, text)))["第一条第二款"] == "抚恤金不计入。"


def test_below_an_item_come_its_sub_items(tmp_path: Path) -> None:
    law = only(read(tmp_path, LAW, "办法.md"))
    assert said(law)["第三条第二项第2目"] == "财产收入低于标准。"


def test_chapters_are_headings_and_no_part_of_an_articles_path(tmp_path: Path) -> None:
    law = only(read(tmp_path, LAW, "办法.md"))
    assert at(law, "第四条之一").headings == ("第二章 条件",)
    assert not [p for p in paths(law) if "章" in p]


def test_an_item_carries_the_sentence_that_introduces_its_list(tmp_path: Path) -> None:
    law = only(read(tmp_path, LAW, "办法.md"))
    assert at(law, "第三条第一项").lead == "有下列情形之一的，可以申请："
    assert at(law, "第三条第二项第1目").lead == "收入低于标准，包括："
    assert at(law, "第四条第二款第一项").lead == "下列收入不计入："
    assert at(law, "第一条").lead == ""


PLAN = """云山市行动计划
为做好工作，制定本计划。
一、工作目标
（一）总体目标
到2020年，床位达到500张。
（二）年度目标
1.2019年。达到300张。
2.2020年。达到500张。
二、重点任务
（一）实施三大工程
1．建设工程
（1）新建2所。
（2）改建3所。
2、培训工程
（3）培训100人。
三、保障措施
（一）加强领导。各部门要负责。
牵头单位：市民政局
（二）加大投入。要增加经费。
三、附则
1.本计划由市民政局解释。
"""


def test_a_plans_levels_are_all_in_the_path_with_their_titles_as_headings(tmp_path: Path) -> None:
    plan = only(read(tmp_path, PLAN))
    clause = at(plan, "二·（一）·2·（3）")
    assert clause.text == "培训100人。"
    assert clause.headings == ("二、重点任务", "（一）实施三大工程", "2、培训工程")


def test_what_stands_before_the_first_number_is_the_introduction(tmp_path: Path) -> None:
    assert said(only(read(tmp_path, PLAN)))["引言"] == "为做好工作，制定本计划。"


def test_a_number_that_opens_a_year_is_still_a_number(tmp_path: Path) -> None:
    assert said(only(read(tmp_path, PLAN)))["一·（二）·1"] == "2019年。达到300张。"


def test_a_number_used_twice_is_told_apart(tmp_path: Path) -> None:
    plan = only(read(tmp_path, PLAN))
    assert said(plan)["三（第2处）·1"] == "本计划由市民政局解释。"
    assert said(plan)["三·（二）"] == "加大投入。要增加经费。"


def test_a_level_may_be_left_out(tmp_path: Path) -> None:
    plan = only(read(tmp_path, PLAN))
    assert at(plan, "三（第2处）·1").headings == ("三、附则",)


def test_a_second_paragraph_of_a_part_stands_under_its_opening_words(tmp_path: Path) -> None:
    plan = only(read(tmp_path, PLAN))
    assert said(plan)["三·（一）·第1段"] == "加强领导。各部门要负责。"
    second = at(plan, "三·（一）·第2段")
    assert second.text == "牵头单位：市民政局"
    assert second.headings[-1] == "（一）加强领导"


def test_a_misread_number_is_counted_where_its_neighbours_show_what_it_is(tmp_path: Path) -> None:
    text = "一、对象\n（ー）老人\n六十岁以上。\n（二)儿童\n十八岁以下。\n二，标准\n每月100元。\n三、附则\n由民政局解释。\n"
    document = only(read(tmp_path, text))
    assert said(document) == {
        "一·（一）": "六十岁以上。",
        "一·（二）": "十八岁以下。",
        "二": "每月100元。",
        "三": "由民政局解释。",
    }


def test_a_document_without_numbers_is_counted_by_paragraphs(tmp_path: Path) -> None:
    text = "近日，民政局组织走访慰问。\n大家都很高兴。\n一、二级残疾人每月100元。\n"
    assert paths(only(read(tmp_path, text))) == ["正文·第1段", "正文·第2段", "正文·第3段"]


def test_text_before_a_number_that_is_not_the_first_is_no_introduction(tmp_path: Path) -> None:
    text = "——发展慈善事业。要做好工作。\n三、主要任务\n要做好工作。\n四、保障\n要有保障。\n"
    assert paths(only(read(tmp_path, text))) == ["正文", "三", "四"]


def test_a_plan_by_chapters_is_cited_by_them(tmp_path: Path) -> None:
    text = "第一章 基础\n第一节 成绩\n成绩很大，很多。\n第二节 问题\n问题不少，也多。\n第二章 目标\n第一节 总目标\n达到500张，力争更多。\n"
    assert paths(only(read(tmp_path, text))) == ["第一章·第一节", "第一章·第二节", "第二章·第一节"]


def test_parts_are_the_outermost_level(tmp_path: Path) -> None:
    text = "第一部分 回顾\n一、成绩\n成绩很大。\n第二部分 安排\n一、要求\n要做好工作。\n"
    assert paths(only(read(tmp_path, text))) == ["第一部分·一", "第二部分·一"]


def test_whom_to_call_is_a_remark_and_no_part_of_the_last_section(tmp_path: Path) -> None:
    document = only(read(tmp_path, "一、标准\n每月800元。\n二、要求\n按时发放。\n联系人：张三，电话：12345\n"))
    assert said(document)["附注"] == "联系人：张三，电话：12345"
    assert said(document)["二"] == "按时发放。"


def test_headings_without_numbers_are_the_path_of_a_page(tmp_path: Path) -> None:
    text = "# 办事指南\n\n## 申请条件\n\n1. 本地户籍\n\n2. 收入低于标准\n\n## 所需材料\n\n1. 身份证\n\n2. 户口簿\n\n原件当场退还。\n"
    document = only(read(tmp_path, text, "指南.md"))
    assert said(document) == {
        "申请条件·1": "本地户籍",
        "申请条件·2": "收入低于标准",
        "所需材料": "原件当场退还。",
        "所需材料·1": "身份证",
        "所需材料·2": "户口簿",
    }


def test_a_heading_with_nothing_below_it_is_a_clause_itself(tmp_path: Path) -> None:
    document = only(read(tmp_path, "一、目标\n（一）甲\n（二）乙\n二、措施\n"))
    assert said(document) == {"一·（一）": "甲", "一·（二）": "乙", "二": "措施"}


def test_after_a_list_parted_by_semicolons_the_text_goes_on_in_the_part_above(tmp_path: Path) -> None:
    text = "一、标准\n（一）老人100元；\n（二）儿童200元。\n以上标准每年调整，由财政局公布。\n二、附则\n即日执行。\n"
    assert said(only(read(tmp_path, text)))["一"] == "以上标准每年调整，由财政局公布。"


def test_the_last_paragraph_of_a_notice_is_not_put_under_its_last_item(tmp_path: Path) -> None:
    text = "一、要求\n（一）加强领导。要负责。\n（二）加强宣传。要宣传。\n各地要根据本意见制定办法，报民政厅。\n"
    assert said(only(read(tmp_path, text)))["结语"].startswith("各地要")


NOTICE = """东山区人民政府
关于印发东山区养老
服务规划（2021—2025年）的通知
东府〔2021〕5号
各镇人民政府，各街道办事处：
现将《东山区养老服务规划（2021—2025年）》印发给你们。
东山区人民政府
2021年3月1日
（此件公开发布）
东山区养老服务规划
（2021—2025年）
（送审稿）
全区老年人增多。
一、目标
床位达到800张。
附件：1.任务分工表
2.“老有所养”方案
“老有所养”方案
为做好工作，制定本方案。
一、任务
（一）建设。要建设。
抄送：区人大。
东山区人民政府办公室2021年3月2日印发
"""


def test_a_notice_and_the_plan_it_prints_are_one_document_by_the_plans_title(tmp_path: Path) -> None:
    document = only(read(tmp_path, NOTICE))
    assert document.metadata.title == "东山区养老服务规划（2021—2025年）"
    assert said(document)["通知·标题"] == "东山区人民政府关于印发东山区养老服务规划（2021—2025年）的通知"
    assert said(document)["通知·文号"] == "东府〔2021〕5号"
    assert said(document)["通知·主送"] == "各镇人民政府，各街道办事处："
    assert said(document)["通知·落款·第2段"] == "2021年3月1日"
    assert said(document)["通知·附注"] == "（此件公开发布）"
    assert said(document)["标题页"] == "（送审稿）"
    assert said(document)["引言"] == "全区老年人增多。"
    assert said(document)["一"] == "床位达到800张。"


def test_an_attachment_counts_anew_even_where_only_its_listed_title_announces_it(tmp_path: Path) -> None:
    document = only(read(tmp_path, NOTICE))
    assert said(document)["附件目录·1"] == "任务分工表"
    assert said(document)["附件2·一·（一）"] == "建设。要建设。"
    assert at(document, "附件2·一·（一）").headings == ("附件2 “老有所养”方案", "一、任务")


def test_copies_and_imprint_are_no_part_of_the_last_attachment(tmp_path: Path) -> None:
    document = only(read(tmp_path, NOTICE))
    assert said(document)["抄送"] == "抄送：区人大。"
    assert said(document)["印发"].endswith("印发")


def test_an_attachment_announced_by_its_number_takes_the_next_line_as_title(tmp_path: Path) -> None:
    text = "一、发放\n按月发放。\n附件1\n申请表\n一、填写\n要填写完整。\n附件2\n流程图\n一、申请\n要申请。\n"
    document = only(read(tmp_path, text))
    assert at(document, "附件2·一").headings == ("附件2 流程图", "一、申请")
    assert said(document)["一"] == "按月发放。"


def test_a_box_counts_by_itself_and_the_text_after_it_goes_on(tmp_path: Path) -> None:
    text = "一、任务\n要建设养老设施。\n专栏2：养老工程\n1.新建2所。 |\n2.改建3所。\n3.培训100人。\n还要加强管理，提高质量。\n二、保障\n要有保障。\n"
    document = only(read(tmp_path, text))
    assert said(document)["专栏2·3"] == "培训100人。"
    assert at(document, "专栏2·1").text == "新建2所。"
    assert said(document)["一·第2段"] == "还要加强管理，提高质量。"
