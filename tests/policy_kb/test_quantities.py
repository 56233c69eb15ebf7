"""Reading the quantities residents write, and leaving alone what only looks like one."""

from __future__ import annotations

import time
from pathlib import Path

import cn2an
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policy_kb.quantities import find_quantities

HELD_OUT = yaml.safe_load((Path(__file__).parent / "quantities_held_out.yaml").read_text(encoding="utf-8"))
PIECES = "零一二两三四五六七八九十百千万亿点半几多来余把俩仨个的了月年天日岁口人级成元块每快满到至-,，.。%/ 0123456789１２kw¥老全家残我"


def told(text):
    """Every quantity in one line: 元 1200 月 household about. An open end is …."""
    lines = []
    for q in find_quantities(text):
        low, high = ("…" if x is None else f"{x}" for x in (q.low, q.high))
        value = low if low == high else f"{low}–{high}"
        extra = (q.period, q.per, None if q.comparator == "exact" else q.comparator)
        lines.append(" ".join(x for x in (q.kind, value, q.unit, *extra) if x))
    return "; ".join(lines)


SUMS = {
    "每月一千二": "money 1200 元 月", "工资一千二": "money 1200 元", "我挣两千五左右": "money 2500 元 about", "每人八百": "money 800 元 person",
    "人均六百五": "money 650 元 person", "收入1.2万": "money 12000 元", "花了1万2": "money 12000 元", "花了一万二": "money 12000 元",
    "存款一万零五十": "money 10050 元", "八百块": "money 800 元", "八百块钱": "money 800 元", "五百大洋": "money 500 元", "工资3k": "money 3000 元",
    "工资3K": "money 3000 元", "欠了2w": "money 20000 元", "1,200元": "money 1200 元", "１，２００元": "money 1200 元", "¥800": "money 800 元",
    "￥1200": "money 1200 元", "一个月加起来两千四": "money 2400 元 月 household", "一年三万": "money 30000 元 年",
    "年收入两万多": "money 20000–29999 元 年 about", "月收入一千二": "money 1200 元 月", "每月1200": "money 1200 元 月", "每个月1200元": "money 1200 元 月",
    "一天一百": "money 100 元 天", "一天八十": "money 80 元 天", "日薪120": "money 120 元 天", "挣不到一千": "money …–1000 元 at_most",
    "收入在一千以内": "money …–1000 元 at_most", "收入超过三千": "money 3000–… 元 at_least", "工资一千二到一千五": "money 1200–1500 元",
    "两三百块": "money 200–300 元 about", "赚三五千": "money 3000–5000 元 about", "三百多块": "money 300–399 元 about", "三百块多": "money 300–399 元 about",
    "收入两千以下": "money …–2000 元 at_most", "兩萬元": "money 20000 元", "貳萬伍仟元": "money 25000 元", "伍佰元": "money 500 元", "１２００元": "money 1200 元",
    "八百蚊": "money 800 元", "十几万块": "money 100000–199999 元 about", "几千块钱": "money 2000–9999 元 about", "千把块钱": "money 1000 元 about",
    "800元/月": "money 800 元 月", "800元/人/月": "money 800 元 月 person", "每人每月八百": "money 800 元 月 person", "八百块钱一个月": "money 800 元 月",
    "三万一年": "money 30000 元 年", "1200一个月": "money 1200 元 月", "每学期1500": "money 1500 元 学期", "一学期八百": "money 800 元 学期",
    "每次两百": "money 200 元 次", "全家收入三千": "money 3000 元 household", "家庭月收入2800": "money 2800 元 月 household",
    "家庭人均月收入九百": "money 900 元 月 person", "每户两万": "money 20000 元 household", "一个人八百": "money 800 元 person",
    "大概有三千块": "money 3000 元 about", "差不多两千": "number 2000 about", "将近两千块": "money 1800–2000 元 about", "至少五百元": "money 500–… 元 at_least",
    "最多三万块": "money …–30000 元 at_most", "一千出头的工资": "money 1000–1399 元 about", "三块五": "money 3.5 元", "2万3000元": "money 23000 元",
    "三千五百六十块": "money 3560 元", "1200.5元": "money 1200.5 元", "一点五万块": "money 15000 元", "医药费花了三万六": "money 36000 元",
    "住院加起来花了三万": "money 30000 元", "养老金一百三": "money 130 元", "一到两万块": "money 10000–20000 元", "1-2万元": "money 10000–20000 元",
    "三到五千块": "money 3000–5000 元", "两千至三千元": "money 2000–3000 元", "三千到三千五的工资": "money 3000–3500 元", "一百二三十块": "money 120–130 元 about",
    "三千块钱以上": "money 3000–… 元 at_least", "我有5万存款": "money 50000 元", "工资2010块": "money 2010 元",
    "一个月收入2000元": "money 2000 元 月", "每月2000够不够": "money 2000 元 月", "我们两口子一个月三千": "people 2 人; money 3000 元 月 household",
    "一百一天": "money 100 元 天", "一亿二千万元": "money 120000000 元", "每人每月 1 200 元": "money 1200 元 月 person", "学费650 保教费800": "money 650 元; money 800 元",
    "花了二十多万": "money 200000–299999 元 about", "花了20多万块": "money 200000–299999 元 about", "月收入在1500到2000之间": "money 1500–2000 元 月",
    "月月有五百": "money 500 元 月", "从480涨到520了": "money 520 元", "一年剩不下一万": "money …–10000 元 年 at_most",
    "他给八百，我给三百": "money 800 元; money 300 元",
}
AGES = {
    "八十几": "age 80–89 周岁 about", "七十多岁": "age 70–79 周岁 about", "六十来岁": "age 60–69 周岁 about", "快八十了": "age 79–80 周岁 about",
    "刚满60": "age 60 周岁", "满八十": "age 80 周岁", "90岁老人": "age 90 周岁", "一百零二岁": "age 102 周岁", "八九十岁": "age 80–90 周岁 about",
    "八十岁以上": "age 80–… 周岁 at_least", "60周岁及以上": "age 60–… 周岁 at_least", "18岁以下": "age …–18 周岁 at_most", "不满16岁": "age …–15 周岁 at_most",
    "未满十八周岁": "age …–17 周岁 at_most", "６０岁": "age 60 周岁", "六十歲": "age 60 周岁", "六十到七十岁": "age 60–70 周岁", "80-89岁": "age 80–89 周岁",
    "80岁到89岁": "age 80–89 周岁", "80至89周岁": "age 80–89 周岁", "今年六十五": "age 65 周岁", "我妈82了": "age 82 周岁", "我爸七十五，瘫了": "age 75 周岁",
    "年龄58": "age 58 周岁", "我28，单身": "age 28 周岁", "我60老伴58岁": "age 60 周岁; age 58 周岁", "三岁": "age 3 周岁", "三岁半": "age 3.5 周岁",
    "半岁": "age 6 个月", "18个月的孩子": "age 18 个月", "十个月大": "age 10 个月", "八十的老人": "age 80 周岁", "60了": "age 60 周岁",
    "八十五了还没领": "age 85 周岁", "95高龄": "age 95 周岁", "一百多岁": "age 100–109 周岁 about", "一百岁": "age 100 周岁", "十八岁": "age 18 周岁",
    "一百一十岁": "age 110 周岁", "八十几了": "age 80–89 周岁 about", "80几岁": "age 80–89 周岁 about", "我妈八十几，有津贴没": "age 80–89 周岁 about",
    "六十岁出头": "age 60–63 周岁 about", "大概七十岁": "age 70 周岁 about", "老人八十以上": "age 80–… 周岁 at_least", "五十五六岁": "age 55–56 周岁 about",
    "四五岁的娃": "age 4–5 周岁 about", "年满六十周岁": "age 60 周岁", "虚岁八十": "age 80 周岁", "超过60岁": "age 60–… 周岁 at_least", "岁数五十二": "age 52 周岁",
    "快满八十岁": "age 79–80 周岁 about", "爷爷八十、奶奶七十八": "age 80 周岁; age 78 周岁", "差一个月满六十": "duration 1 个月; age 60 周岁", "都七十多了": "age 70–79 周岁 about", "活到一百岁": "age 100 周岁",
}
HOMES = {
    "一家三口": "people 3 人", "五个人": "people 5 人", "一家子四口人": "people 4 人", "我们两娘母": "people 2 人", "两口子": "people 2 人",
    "就我一个人": "people 1 人", "我们俩": "people 2 人", "娘仨": "people 3 人", "爷俩": "people 2 人", "母女俩": "people 2 人", "俩娃": "people 2 人",
    "家里六口人": "people 6 人", "三口之家": "people 3 人", "两个孩子": "people 2 人", "三个老人": "people 3 人", "我们三个都是": "people 3 人",
    "家里五个": "people 5 人", "兄弟三个": "people 3 人", "单身一人": "people 1 人", "四五个人": "people 4–5 人 about", "十多个人": "people 10–19 人 about",
    "３口人": "people 3 人", "三個人": "people 3 人", "不到三个人": "people …–3 人 at_most", "至少四口人": "people 4–… 人 at_least",
    "老两口": "people 2 人", "全家5口人，月收入8500": "people 5 人; money 8500 元 月 household",
    "一家四口每月三千": "people 4 人; money 3000 元 月 household",
}
TIMES = {
    "半年": "duration 6 个月", "一年半": "duration 18 个月", "三年": "duration 36 个月", "一个半月": "duration 1.5 个月", "两个月零几天": "duration 2–3 个月 about",
    "半个月": "duration 15 天", "三个月": "duration 3 个月", "三个多月": "duration 3–4 个月 about", "三年多": "duration 36–47 个月 about", "十五年": "duration 180 个月",
    "15年": "duration 180 个月", "两三年": "duration 24–36 个月 about", "半年多": "duration 6–11 个月 about", "大半年": "duration 7–11 个月 about",
    "一年零三个月": "duration 15 个月", "三年两个月": "duration 38 个月", "两个星期": "duration 14 天", "三周": "duration 21 天", "二十天": "duration 20 天",
    "三十天以内": "duration …–30 天 at_most", "满一年": "duration 12 个月", "半年以上": "duration 6–… 个月 at_least", "一个月没上班": "duration 1 个月",
    "个把月": "duration 1–2 个月 about", "两月没发钱": "duration 2 个月", "三到五年": "duration 36–60 个月", "社保交了十一年": "duration 132 个月",
    "俩月": "duration 2 个月", "６个月": "duration 6 个月", "三個月": "duration 3 个月", "不到一年": "duration …–12 个月 at_most", "近三年": "duration 36 个月", "当兵12年 退伍": "duration 144 个月", "交不够15年": "duration 180 个月", "干了18年，": "duration 216 个月",
    "失业一年能领多久": "duration 12 个月",
}
GRADES_AND_SHARES = {
    "二级残疾": "grade 2 级", "残疾二级": "grade 2 级", "一级肢体": "grade 1 级", "肢体二级": "grade 2 级", "视力一级": "grade 1 级", "精神残疾三级": "grade 3 级",
    "残疾证是三级的": "grade 3 级", "七级伤残": "grade 7 级", "工伤十级": "grade 10 级", "一二级残疾": "grade 1–2 级", "3级残疾": "grade 3 级", "二级": "grade 2 级",
    "智力残疾，2级": "grade 2 级", "一到二级残疾": "grade 1–2 级", "五级六级工伤": "grade 5 级; grade 6 级",
    "殘疾二級": "grade 2 级",
    "三成": "share 30 %", "七成五": "share 75 %", "70%": "share 70 %", "７０％": "share 70 %", "百分之七十": "share 70 %", "一半": "share 50 %", "百分之百": "share 100 %",
    "百分之八十五": "share 85 %", "七八成": "share 70–80 % about", "一半以上": "share 50–… % at_least", "不到三成": "share …–30 % at_most", "三分之一": "share 33.33 %",
    "百分之三点五": "share 3.5 %", "报60%-70%": "share 60–70 %", "大概七成": "share 70 % about",
}
BARE = {
    "1200": "number 1200", "一千二": "number 1200", "三个": "number 3", "3": "number 3", "两千五左右": "number 2500 about", "两三百": "number 200–300 about",
    "三五千": "number 3000–5000 about", "三百多": "number 300–399 about", "1.2万": "number 12000", "1万2": "number 12000", "3k": "number 3000", "2w": "number 20000",
    "大概一千二吧": "number 1200 about", "不到一千": "number …–1000 at_most", "一千以内": "number …–1000 at_most", "超过三千": "number 3000–… at_least",
    "一千二到一千五": "number 1200–1500", "两千以下": "number …–2000 at_most", "八十": "number 80", "十": "number 10", "有三个": "number 3", "2000": "number 2000",
    "嗯，一千二": "number 1200", "俩": "number 2", "0": "number 0", "零": "number 0", "１２００": "number 1200", "兩個": "number 2", "一万零五十": "number 10050", "三千。": "number 3000",
}
SAYINGS = SUMS | AGES | HOMES | TIMES | GRADES_AND_SHARES | BARE


@pytest.mark.parametrize(("text", "expected"), SAYINGS.items())
def test_what_residents_say_is_read(text, expected):
    assert told(text) == expected


TRAPS = """三亚的低保 一般多少钱 万盛低保 四川低保 千万别停 百色 九江 五保户 三无人员 申请一次 两会精神 一级学校 一级幼儿园 三级医院 一级护理 一年级 三年级的娃
六一放假 十一放假 2018年 二〇一八年 2018年5月 5月份 五月份 3月 12345 12348 10086 打12345 电话13812345678 023-48612345 第三条 第十二条第二款 64号文 双百 八一建军节
一卡通 二孩 三胎 90后 八零后 两不愁三保障 大三学生 一样吗 一些钱 万一停了 一直没发 半失能 半护理 6月30日 6月30号 110105194912310021 身份证11010519491231002X
一个月多少钱 一年补好多 一天能领几块 每个月好多钱 几个人 几岁 几级 几年 多少岁 一起去 一共多少 一会儿 一点都没有 三峡库区 万州 百姓 千家万户 一块去
第一次 再来一次 一年一次 一天到晚 一年到头 下半年 上半年 大二班 三点钟 8:30开门 三十平米 十斤米 一口饭 两间房 三套房 一辆车 两头猪 四个字 18年的标准 从16年起
成都 成都市 工单20191 2018-2019年 国办发〔2025〕27号 一人一策 三代人 五险一金 三农 四大班子 七夕 八月十五 十五号 3号窗口 2号线 第3名 300米 300多户
一千米 五百里 百分比 星期一 周三 一路 三轮车 双胞胎 千手观音 一五一十 十分感谢 万分感谢 七上八下 百年好合 一边 一旦 一切 统一 唯一 一定 第二天 一天三顿
18年云安低保 云安18年修路 16年广州的低保 2025万盛 万州三峡 低保一年多少 一天多少钱 多少钱一个月 几多钱一年 喝了一口 多打一位 五位数 一元二次方程 血压两百多 学前一年 最后一年
十四五规划 “十三五”期间 创业贷款2019 一个人一个月好多钱 4050人员""".split()


@pytest.mark.parametrize("text", TRAPS)
def test_what_only_looks_like_a_quantity_is_left_alone(text):
    assert [q for q in find_quantities(text) if q.kind != "number"] == []


@pytest.mark.parametrize("text", ["12345", "110", "10086", "13812345678", "110105194912310021", "120"])
def test_a_telephone_or_identity_number_is_no_answer_to_how_many(text):
    assert told(text) == ""


def test_the_tables_are_as_large_as_they_should_be():
    assert len(SAYINGS) >= 150 and len(TRAPS) >= 80 and len(HELD_OUT) >= 60


@pytest.mark.parametrize("case", HELD_OUT, ids=lambda case: case["text"])
def test_a_whole_sentence_is_read(case):
    found = [[q.kind, q.low, q.high, q.unit, q.period, q.per, q.comparator] for q in find_quantities(case["text"])]
    assert found == case["found"]


def test_a_quantity_gives_its_place_in_the_text_as_written():
    text = "我　今年６５ 岁，每月 1,200 元左右"
    assert [text[q.start : q.end] for q in find_quantities(text)] == ["６５ 岁", "1,200 元左右"]


@given(st.integers(1, 99_999_999))
def test_every_number_written_in_chinese_is_read_back(number):
    written = cn2an.an2cn(number)
    (bare,), (money,) = find_quantities(written), find_quantities(f"收入{written}元")
    assert (bare.kind, bare.low, bare.high) == ("number", number, number)
    assert (money.kind, money.low, money.high) == ("money", number, number)


@given(st.integers(1, 99_999_999))
def test_every_number_is_read_back_from_cheque_numerals_and_from_figures(number):
    for written in (cn2an.an2cn(number, "up"), str(number), f"{number:,}"):
        (money,) = find_quantities(f"交了{written}元")
        assert (money.kind, money.low) == ("money", number)


@given(st.text(max_size=60) | st.text(PIECES, max_size=60))
def test_any_text_is_read_without_error_and_quantities_lie_in_it_in_order(text):
    end = 0
    for q in find_quantities(text):
        assert end <= q.start < q.end <= len(text)
        assert q.low is None or q.high is None or q.low <= q.high
        assert (q.low, q.high) != (None, None)
        end = q.end


@pytest.mark.parametrize("piece", [*"一十百千万零两几多来半俩1,.-点到年月天岁嗯的吧大", "一二", "每月", "的样子", "大概", "1-", "一百", "全家", "一个", "今年"])
def test_a_long_text_of_numerals_is_read_in_time_that_grows_with_its_length(piece):
    def seconds(length):
        text = (piece * length)[:length]
        begin = time.perf_counter()
        find_quantities(text)
        return time.perf_counter() - begin

    assert min(seconds(1000) for _ in range(3)) < 0.5
