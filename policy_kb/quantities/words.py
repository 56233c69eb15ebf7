"""The words around a resident's numbers that say what they count, for what time, for whom and how exactly."""

from __future__ import annotations

import regex

# —— how exactly ——
_STRICTLY_BELOW = "不到|不足|不满|未满|未到|没满|没到|没得到|剩不下|低于|少于|小于|到不了"
_AT_MOST = "不超过|没超过|没有超过|不高于|不多于|不大于|最多|顶多|至多|最高|顶天"
_AT_LEAST = "超过|超出|高于|多于|大于|不低于|不少于|不小于|至少|最少|起码|最低|少说"
_NEARLY = "将近|接近|快要|快到|快满|快|(?<![最附])近|差点|差不多快"
_ABOUT = "大概|大约|约莫|(?<!预)约|差不多|大致|估计|顶多也就"
_BETWEEN = "(?:也|就|是|有|在|为|只|才|得|要|能|可以|个|了|到|他|都|给|补|贷|领|拿|报|借|发|交|挣){0,3}"
_CLOSE = "(?:个|有|要|到|了|满){0,2}"
BEFORE = regex.compile(
    rf"(?:(?:(?<below>{_STRICTLY_BELOW})|(?<most>{_AT_MOST})|(?<least>{_AT_LEAST})|(?<about>{_ABOUT})){_BETWEEN}"
    rf"|(?<nearly>{_NEARLY}){_CLOSE})$"
)
AFTER = regex.compile(
    r"(?:(?<about>左右|上下|的样子|样子)|(?<little>出头|挂零)|(?<least>(?:及|或)?以上|往上|朝上|起步|打底)"
    r"|(?<most>(?:及|或)?以下|往下|以内|之内|内(?!蒙)|封顶)|(?<below>不到|没到))"
)
RANGE = regex.compile(r"(?:周?岁|块钱?|元|个?月|年|天|个?人|级|成|%)?(?:到|至|-|~|—|–|或者?)(?!了)")

# —— for what time, for whom ——
_TIME = "月|年|天|日|学期|次|期"
_PERIODS = {"日": "天", "期": "学期"}
PERIOD_BEFORE = regex.compile(
    rf"(?:每一?个?|(?<![十百\d第这那哪有某前后])[一1]个?|按)(?<p>{_TIME})(?![级份性前后以内来半多天]"
    rf"|零[几\d一二三四五六七八九十])"
    r"|(?<![个几])(?<p>月|年|日)(?=收入|均|薪|工资|租|退休|养老|缴|交|领|入(?!学)|纯|人均|支出|供)"
    r"|(?<p>月)月|(?<p>年)年(?!\d)|(?<p>天)天"
    r"|(?:上个?|这个?|本|当|全|整)(?<p>月|年)(?=.{0,6}(?:收入|挣|赚|工资|入账))"
)
PERIOD_AFTER = regex.compile(rf"(?:/|每一?个?|一个?|1个?)(?<p>{_TIME})(?![级份性后前半多内来以])")
PER_PERSON = regex.compile(r"每(?:个?人|位)|人(?:均|平)|一个?人|1个?人|一位")
PERSON_AFTER = regex.compile(r"(?:/|每|一个?|1个?)(?:人|位)")
HOUSEHOLD_AFTER = regex.compile(r"(?:/|每|一)户")
PER_HOUSEHOLD = regex.compile(
    r"全家|一家(?!公司|医院|店|厂)|家庭|每户|户均|一户|加起来|加一起|合计|共同|两口子|夫妻"
    r"|(?:家里|我们家|我家|屋里|屋头|我屋)(?:头|面|人)?(?:一共|总共|一起|收入|月|年|每|一个月|一年|就|也就|总|大概|全部)"
    r"|我们?[两二三四五六]个?(?:人|娘母|爷子|口子|母)"
)
# The family of the clause before earns what begins with its period: 我们一家四口，每个月两千.
FAMILY_CLAUSE = regex.compile(
    r"(?:一家子?|全家|家里|我家|家头|屋头)[^，,。]{0,4}(?:口|口人|个人)[，,](?=(?:每|一)个?[月年天]|[月年]?收入|总收入)"
)
# A bill is one person's, however many add it up: 住院加起来花了三万.
BILL = regex.compile(r"花|住院|医|药|看病|治病|欠|借|贷|房租|学费")


def period(match: regex.Match) -> str:
    """The period a match of the patterns above names: 月, 年, 天, 次 or 学期."""
    return _PERIODS.get(match["p"], match["p"])


# —— money ——
YUAN_BEFORE = regex.compile(r"(?:¥|rmb|人民币)$")
YUAN = regex.compile(
    r"(?:块大洋|块人民币|元人民币|块钱|元钱|大洋|蚊钱?|元(?![旦宵月素]|[一二三四]次)|人民币|rmb|块(?![地砖石肉田板玻布牌蛋糕儿头])"
    r"|圆)(?<more>多|几)?钱?"
)
CENTS = regex.compile(r"[一二三四五六七八九\d](?:毛|角)?(?![百千万十\d个.,])")
_SAID = (
    "了|的|是|有|就|只|才|在|为|能|也|可以|大概|差不多|大约|约|得|到|要|过|我|他|她|们|个|:|不|没|超过|满|至少|最多|将近"
    "|快|够|他们|我们|上|补|给"
)
INCOME = regex.compile(
    rf"(?:收入|工资|薪水?|退休金|养老金|养老钱|挣|赚|花|花费|交|缴|卖|付|欠|借|掏|存款?|贷款?|赔|租金?|房租|学费|打工"
    rf"|人[均平]|每人|每位|加起来|合计"
    rf"|支出|结余|总共|一共|[涨提高加调降]到|月月|年年|天天|每一?个?(?:月|年|天|日|学期|次)|[一1]个?(?:月|年|天|学期|次)|[月年日]均|[/:]|寄|报销)(?:{_SAID}){{0,3}}$"
)
GRANT = regex.compile(rf"(?:低保金?|补贴|补助|津贴|标准|费|费用|钱|拿|领|得|发|给|补|救助金?|收)(?:{_SAID}){{0,3}}$")
# What follows a number that counts something else than money.
COUNTER = regex.compile(
    r"[个人名户口亩斤里米平克吨字页遍倍度分秒位张次条件套间座株棵头只辆台床票册家项本卷步元年月天日号周岁级多份届场批道"
    r"所点成时房代世种样行夜期笔"
    r"折班栋楼排组队课节门晚餐顿k室季起封路公%后包瓶盒根片副把]|[a-z_\d.]"
)

# —— ages ——
YEARS_OLD = regex.compile(r"周?岁(?<half>半)?(?<more>多|几)?(?!数)")
_KIN = (
    "爸爸?|妈妈?|爷爷?|奶奶?|公公|婆婆|外公|外婆|阿公|阿婆|爹|娘|父亲|母亲|老伴|老汉|老头|老太|老公|老婆|丈夫|妻子|媳妇|儿子|女儿"
    "|孩子|娃儿?|孙子|孙女|哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|伯伯?|舅舅?|姑姑?|姨|岳父|岳母|我|他|她|本人|老人家?|两口|老两口"
)
KIN_BEFORE = regex.compile(rf"(?:{_KIN})(?:今年|现在|都|已经|快|有|是|也|才|马上|刚|过了?|满)*$")
KIN_AFTER = regex.compile(rf"(?:{_KIN})")
OLD_BEFORE = regex.compile(r"老(?:人|年人|汉|头|太|的)(?:家|们)?(?:满|到|在|要|都)?$")
TURNED = regex.compile(r"(?:年满|刚满|已满|满了?|不满|未满|没满|未到|快满)$")
AGED = regex.compile(
    r"(?:年龄|年纪|岁数|虚岁|实岁|周岁|活到|高寿|享年)(?:都|是|有|为|大概|大约|在|超过|不超过|到|了|已经|快|刚)*$"
)
THIS_YEAR = regex.compile(r"(?:今年|明年|都|已经|马上|过了?)(?:就|都|已经|快|满|有|要|才|刚)*$")
ENDS = regex.compile(r"$|[^\p{Han}\w]|[了喽咯啦嘞呢]|遭|被(?!子)|不是")
ENDS_OR_VERB = regex.compile(r"$|[^\p{Han}\w]|[了的就才还后吗没能可以算有咋怎为要想可领都也]")
OLD_PEOPLE = regex.compile(r"(?:了?的)?(?:老人|老年人|长者|老头|老太|老汉|老爷|老奶|老妈|老爸|高龄|阿婆|阿公|奶奶|爷爷)")
OPEN_AGE_ENDS = regex.compile(r"了|[和跟与或]|的?老人|[，,。？?、！!]|$")
# A whole message that hardly says more than the number: 那80的呢.
ASKED_ALONE = regex.compile(r"[那要是如果么换成\s,，]{0,5}#(?:以上|往上|多|几)?的(?:呢|怎么算|[有是]?多少)?[?？呀啊嘛。\s]*")
MONTHS_OLD = regex.compile(r"个月(?=大|的?(?:孩子|娃|宝宝|婴|小孩|女儿|儿子|女婴|男婴|小朋友|崽|幼))大?")
HALF_A_YEAR_OLD = regex.compile(r"半岁")

# —— people ——
_WHO = (
    "娃|孩子|小孩|儿|女|老人|老的|老年|大人|小的|崽|学生|残疾|病人|姊妹|兄弟|姐妹|弟|妹|哥|姐|孙|成年|未成年|细路|小朋友"
    "|双胞胎|劳动力|大的"
)
PEOPLE = regex.compile(
    rf"口子(?!人)|口人|口之家|个?(?:大活)?人(?!一(?!个|年|天|月)|员|大|民|均|次"
    rf"|工|才|份|行|力|头|格|生)|名(?!次|额|字)|位(?=老|孩|残|成员|家|亲|病)"
    rf"|个(?:{_WHO})|(?:娃|孩子|小孩|老人|娘母|爷子|母子|母女|父子|父女|兄弟|姊妹|姐弟|姐妹|爷孙|婆孙|老(?=$|[^\p{{Han}}]"
    rf"|[都要住没有]))"
)
FAMILY_BEFORE = regex.compile(
    r"(?:母子|母女|父子|父女|姐弟|兄弟|姐妹|姊妹|兄妹|夫妻|夫妇|娘母|爷孙|婆孙|我们|他们|她们|咱们?|我哋|我家|家里|家头"
    r"|屋里|屋头|一家子?|全家)"
    r"(?:有|就|总共|一共|共|才|只有|只|就是|人)*$"
)
OF_A_FAMILY = regex.compile(r"口(?![锅井饭水气])|个(?=$|[^\p{Han}]|[的在都住靠就全挤吃过要能没])")
PAIR = regex.compile(
    r"(?:我们|我|咱们?|他们|她们|你们|娘母|娘|爷|母女|母子|父子|父女|姐弟|兄弟|兄妹|姐妹|姊妹|夫妻|婆媳|哥|姐|妹|弟)?(?<n>[俩仨])"
    r"(?!个?月|年|块|元|百|千|万|级|星期|礼拜)(?:口子|个?老人|个?人|个?娃|个?孩子|个?小孩|个?儿子|个?女儿|老)?"
)
ALONE = regex.compile(r"(?:我|就|自己|单身|单|只有|独自|孤身|靠|剩|仅|光棍)(?:我|就|剩|剩下|自己)*$")

# —— how long ——
SPAN = regex.compile(
    r"(?<months>个?(?<half>半)月|个(?<more>多|来)?月|(?<=两)月(?!份))(?!份)(?:零(?<days>[\p{Han}\d]{1,3})天)?"
    r"|(?<years>年)(?<half>半)?(?<more>多(?!少))?(?![级代初底终份薪资龄检审])"
    r"|(?<weeks>个?(?:星期|礼拜)|周(?![岁年边末围转一二三四五六日]))(?<more>多)?"
    r"|(?<days_>天)(?<half>半)?(?<more>多(?!少))?(?![天然气下堂地])"
)
YEAR_AND = regex.compile(r"零?(?=[\d一二两三四五六七八九十])")
HALVES = regex.compile(
    r"(?<![上下前后个年月岁天点块成一二两三四五六七八九十\d])(?<most>大)?半"
    r"(?:(?<years>年)(?<more>多)?|个?(?<more>多)?(?<months>月)(?!份))"
)
A_PAIR_OF_MONTHS = regex.compile(r"(?<n>[俩仨])个?(?:月|星期|礼拜)")
A_MONTH_OR_SO = regex.compile(r"个把月")
ASKS_HOW_MUCH = regex.compile(
    r"[^，,。？?！!；;]{0,14}?(?:多少|好多|几多|几[百千块元钱蚊次]|多钱|啥钱|什么钱|有钱|多大|[一二两三四五六\d][次顿回])"
)
IDIOM = regex.compile(r"一年(?:到头|四季|比一年|一度)|一天(?:到晚|天|比一天)|三天两头|三年五载|一天(?=一天)")
# 18年的标准, 从16年起, 六七年: a year, not how long.
TWO_FIGURE_YEARS = range(10, 30)
HOW_LONG_BEFORE = regex.compile(r"[了过满够交缴干整近快共有到足约兵工保当做役作婚差还住龄费限]$")
HOW_LONG_AFTER = regex.compile(r"年(?:$|[^\p{Han}]|[了多半以内之没不还能可工社养才就后够吗呢左上])")
CALENDAR_BEFORE = regex.compile(r"(?:从|自|于|自从|在|截至|到)$")
CALENDAR_AFTER = regex.compile(r"年(?:底|初|末|度|的?标准|开始|起|\d{1,2}月|[一二三四五六七八九十]{1,2}月|出生|生的)")

# —— grades and shares ——
GRADE_BEFORE = regex.compile(
    r"(?:残疾证?|伤残|工伤|残|肢体|视力|听力|言语|智力|精神|多重|等级|盲|聋哑?|评了|评上)(?:残疾)?(?:证|等级|程度)?(?:上|写)?"
    r"(?:是|为|人|评了?|评的|评上|鉴定为?|定为?|定的|定了|的|，|,|:|有){0,3}$"
)
GRADE_AFTER = regex.compile(r"级(?:的|重度|中度|轻度)?(?:残|伤残|工伤|肢体|视力|听力|言语|智力|精神|多重|盲|聋|肢残)")
GRADE_ALONE = regex.compile(r"级(?:的)?(?:残疾)?[吧了的。.]*$")
GRADE_LOOSE = regex.compile(r"级(?=$|[一二三四五六七八九十\d]级|[^\p{Han}]|[的一两三个呢吗了能可有也都每算证低要领补又属])")
SHARE = regex.compile(r"%|成(?![为立功员年绩本果就群语都人分了长品型交熟天家千双])|个百分点")
TENTH = regex.compile(r"[一二三四五六七八九](?![十百千万成个])")
HALF = regex.compile(r"(?<![大小多])一半(?!天|路)")

# —— numbers of something else ——
NOT_A_QUANTITY = regex.compile(
    r"(?:19|20)\d\d年(?:度|底|初|\d{1,2}月(?:份|\d{1,2}[日号])?)?"
    r"|(?:\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])月(?:份|底|初|中旬"
    r"|[\d一二三四五六七八九十]{1,3}[日号])?(?!以|内|没|多)"
    r"|第[\d零一二两三四五六七八九十百千]{1,8}|\d{1,4}号(?:文|楼|院|线)?|[\d一二三四五六七八九十]{1,3}年级"
    r"|〔\d{4}〕\d{1,4}|十[三四]五(?![岁个天年块元万周])|\d{3,4}-\d{7,8}|\d{1,2}:\d\d|[五六七八九\d][零0]后|\d{1,8}(?:-\d{1,8}){2,4}"
)
HOTLINE = regex.compile(r"(?:123\d\d|121(?:10|17|21)|10086|10010|955\d\d|11[09]|12[02])(?!\d)")
# What 一年 and 一个月 only measure by: 一年收入, 一个月给.
MEASURED = regex.compile(r"的?(?:收入|工资|给|补|交|缴|挣|赚)")
HEAD_OF_SUM = regex.compile(
    r"(?:[每一]个?[月年天]|[补发给能领拿有]|可以){0,3}(?:多少|好多|几多|几[百千块])|"
    r"(?:[每一]个?[月年天])?(?:就|才|只|有|是|给|领|发|补)?(?:\d|[一二两三四五六七八九几]{1,2}[百千万十])"
)
# The 一年 of 学前一年, 最后一年 and 多少钱一年 is no time that passed.
ONE_BEFORE = regex.compile(r"(?:[那哪这有某每]|学前|最后|每满|多少|好多|几多|钱|几[百千块元十])$")
# Hundreds that are no money: 血压两百多.
MEASURES = regex.compile(r"血压|血糖|体温|体重|身高|心率|心跳|血脂|面积|人口")
IN_ALL = regex.compile(r"百分之百")
BARE = regex.compile(
    r"(?:嗯|哦|啊|好|大概|大约|约莫|约|差不多|估计|应该|可能|也|就|是|有|只有|才|一共|总共|共|得|要|将近|接近|快|不到|不足"
    r"|超过|不超过|没到|最多|至少|吧|[，,:。.])*+"
)
BARE_END = regex.compile(
    r"(?:左右|上下|的样子|样子|出头|(?:及|或)?以[上下内]|之内|不到|没到|个|吧|了|的|啊|呀|哦|嘛|呢|咯|嘞|[。.!！~，,])*+$"
)
