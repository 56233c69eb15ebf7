"""The widget on a website of somebody else's: another origin, a careless style sheet, a strict content security policy."""

from __future__ import annotations

import json
import re

import pytest

from bot.demo import make_site
from tests.e2e.chat_page import ROOT, WAIT, ask, bots, box, expect, fits, mine, watched
from tests.e2e.test_chat_page import AMOUNT
from tests.e2e.test_events import WITHIN, staff, ticket
from tests.e2e.website import SITE, serving
from tests.service import free_port

YUNAN = "445303"
LOOK = """e => { const s = getComputedStyle(e);
    return ['fontSize', 'fontFamily', 'color', 'backgroundColor', 'display', 'letterSpacing', 'textTransform', 'width', 'height'].map(k => s[k]) }"""


def write(site, body, policy, server_url):
    icon = '<link rel=icon href="data:,">'
    site.html = f"<!doctype html><html lang=zh-CN><title>网站</title>{icon}<body>{body.replace('GATEWAY', server_url)}</body></html>"
    site.policy = policy and policy.replace("GATEWAY", server_url)


@pytest.fixture
def visit(context, site, server_url):
    """Opens the website, or a page of it that a test writes."""
    def to(path: str = "/", body: str | None = None, policy: str | None = None):
        pg = watched(context.new_page())
        if body is not None:
            write(site, body, policy, server_url)
        pg.goto(SITE + path)
        return pg

    return to


def launcher(pg):
    return pg.get_by_role("button", name="政策问答")


def window(pg):
    return pg.get_by_role("dialog", name="惠民 · 政策问答")


def opened(pg):
    launcher(pg).click()
    expect(window(pg)).to_be_visible()
    return pg


MEASURED = """window.__measured = 0; const own = Element.prototype.getBoundingClientRect;
Element.prototype.getBoundingClientRect = function () { window.__measured += this.id === 'window'; return own.call(this); }"""
TAG = '<h1>网站</h1><script src="GATEWAY/widget.js" data-region="445303"></script>'


def test_one_tag_gives_a_button_that_opens_a_whole_conversation(visit):
    pg = opened(visit())
    assert "450" in ask(pg, "农村低保一个月多少钱").inner_text()  # of the place that the tag names
    ask(pg, "那特困呢")
    expect(mine(pg)).to_have_count(2)
    assert pg.problems == []
    assert pg.evaluate("window.__violations") == []


def test_the_next_page_of_the_site_goes_on_with_the_same_conversation(visit):
    pg = opened(visit())
    ask(pg, AMOUNT)
    pg.keyboard.press("Escape")
    pg.get_by_role("link", name="办事指南", exact=True).click()
    expect(launcher(pg)).to_be_visible()
    expect(window(pg)).to_be_hidden()  # closed as it was left
    opened(pg)
    expect(bots(pg).first).to_contain_text("450")
    pg.reload()
    expect(bots(pg).first).to_contain_text("450", timeout=WAIT)  # open as it was left


def test_who_does_not_open_it_does_not_wait_for_its_window_to_be_laid_out(context, visit):
    context.add_init_script(MEASURED)
    pg = visit()
    expect(launcher(pg)).to_be_visible()
    assert pg.evaluate("window.__measured") == 0
    opened(pg)
    assert pg.evaluate("window.__measured") > 0


def test_neither_style_reaches_the_other(visit, page):
    pg = visit("/own", '<link rel=stylesheet href="/site.css"><button>网站</button><textarea></textarea><p>字</p><div id=chat></div>')
    before = [pg.locator(s).evaluate(LOOK) for s in ("body > button", "body > textarea", "body > p")]
    pg.close()
    pg = opened(visit("/own", '<link rel=stylesheet href="/site.css"><style>* { letter-spacing: 9px !important; color: red !important }</style>'
                              '<button>网站</button><textarea></textarea><p>字</p><div id=chat></div>' + TAG))
    pg.set_viewport_size({"width": 1280, "height": 900})
    page.set_viewport_size({"width": 418, "height": 900})
    letters = [0, 1, 2, 3, 4, 5, 6]
    for name in ("#send", "#human", "#input", "#masked", ".welcome h2"):
        here, alone = pg.locator("huimin-chat").locator(name).evaluate(LOOK), page.locator(name).evaluate(LOOK)
        assert [here[i] for i in letters] == [alone[i] for i in letters], name
    pg.close()
    pg = opened(visit("/own", '<link rel=stylesheet href="/site.css"><button>网站</button><textarea></textarea><p>字</p><div id=chat></div>' + TAG))
    assert [pg.locator(s).evaluate(LOOK) for s in ("body > button", "body > textarea", "body > p")] == before


def test_the_place_of_the_tag_is_the_place_until_the_resident_chooses_another(visit):
    pg = opened(visit())
    place = pg.get_by_role("button", name=re.compile("^地区："))
    expect(place).to_have_accessible_name(re.compile("云安区"))
    with pg.expect_request(lambda r: r.method == "POST" and r.url.endswith("/api/chat")) as sent:
        ask(pg, "低保标准")
    assert json.loads(sent.value.post_data)["region"] == YUNAN
    place.click()
    pg.get_by_role("button", name="不选地区").click()
    with pg.expect_request(lambda r: r.method == "POST" and r.url.endswith("/api/chat")) as sent:
        ask(pg, "低保标准")
    assert json.loads(sent.value.post_data)["region"] is None
    pg.reload()
    expect(place).to_have_accessible_name("地区：未选择")


def test_a_place_that_is_none_is_told_to_the_site_and_does_no_harm(visit):
    pg = visit("/own", TAG.replace(YUNAN, "nowhere"))
    told = []
    pg.on("console", lambda m: told.append(m.text))
    opened(pg)
    assert "450" in ask(pg, AMOUNT).inner_text()
    assert any("data-region" in m and "nowhere" in m for m in told)


def test_a_site_that_is_not_allowed_is_told_why(context, server_url):
    told = []
    other = free_port()
    context.on("console", lambda m: told.append(m.text))
    with serving(make_site(server_url), other):
        pg = context.new_page()
        pg.goto(f"http://127.0.0.1:{other}")
        opened(pg)
        box(pg).fill("低保")
        box(pg).press("Enter")
        expect(mine(pg).first.get_by_role("button", name="没有送出，点这里重试")).to_be_visible(timeout=WAIT)
        pg.close()
    assert any("HUIMIN_ALLOWED_ORIGINS" in m and f"http://127.0.0.1:{other}" in m for m in told)


def test_keyboard_alone_opens_asks_and_closes(visit):
    pg = visit()
    for _ in range(20):
        pg.keyboard.press("Tab")
        if launcher(pg).evaluate("e => e.matches(':focus')"):
            break
    pg.keyboard.press("Enter")
    expect(box(pg)).to_be_focused()
    pg.keyboard.type(AMOUNT)
    pg.keyboard.press("Enter")
    expect(bots(pg).first).to_contain_text("450", timeout=WAIT)
    pg.keyboard.press("Escape")
    expect(window(pg)).to_be_hidden()
    expect(launcher(pg)).to_be_focused()
    expect(launcher(pg)).to_have_attribute("aria-expanded", "false")


def test_escape_closes_the_panel_before_the_window(visit):
    pg = opened(visit())
    pg.get_by_role("button", name="更多").click()
    expect(pg.get_by_role("dialog", name="更多")).to_be_visible()
    pg.keyboard.press("Escape")
    expect(pg.get_by_role("dialog", name="更多")).to_be_hidden()
    expect(window(pg)).to_be_visible()


def test_what_is_typed_does_not_trigger_the_sites_shortcuts(visit):
    pg = opened(visit("/own", TAG))
    pg.evaluate("window.keys = []; document.addEventListener('keydown', e => window.keys.push(e.key))")
    box(pg).press("s")
    assert box(pg).input_value() == "s"
    assert pg.evaluate("window.keys") == []


def test_a_persons_reply_while_the_window_is_closed_shows_on_the_button(visit, desk):
    pg = opened(visit())
    number = ticket(pg)
    pg.get_by_role("button", name="收起").click()
    desk("reply", number, "您好，请问您在哪个镇？")
    expect(launcher(pg)).to_contain_text("1 条新消息", timeout=WITHIN + WAIT)
    pg.reload()  # nothing is open; a person is awaited
    desk("reply", number, "还在吗？")
    expect(launcher(pg)).to_contain_text("条新消息", timeout=WITHIN + WAIT)
    opened(pg)
    expect(staff(pg)).to_have_count(2)
    pg.keyboard.press("Escape")
    expect(launcher(pg)).not_to_contain_text("条新消息")


def test_the_site_is_told_what_happens_but_not_what_is_said(visit):
    pg = visit("/own", TAG)
    pg.evaluate("""() => { window.told = []; for (const n of ['ready', 'open', 'close', 'message', 'owner'])
        document.addEventListener('huimin:' + n, e => window.told.push([n, e.detail])); }""")
    opened(pg)
    ask(pg, AMOUNT)
    ask(pg, "转人工")
    pg.get_by_role("button", name="收起").click()
    told = pg.evaluate("window.told")
    assert [n for n, _ in told if n in {"open", "close"}] == ["open", "close"]
    assert ["message", {"from": "bot", "kind": "answer"}] in told
    assert ["owner", {"handledBy": "queue"}] in told
    assert "低保" not in json.dumps(told, ensure_ascii=False)


def test_the_site_opens_closes_and_asks(visit):
    pg = visit("/own", TAG)
    chat = pg.locator("huimin-chat")
    chat.evaluate("e => { e.ask('云安区农村低保一个月多少钱'); e.ask('  ') }")
    expect(bots(pg).first).to_contain_text("450", timeout=WAIT)
    expect(mine(pg)).to_have_count(1)
    assert chat.evaluate("e => e.opened") is True
    chat.evaluate("e => e.close()")
    expect(window(pg)).to_be_hidden()


def test_in_a_place_of_the_page_it_fills_that_place(visit):
    pg = visit("/own", '<h1>网站</h1><div style="height: 600px; width: 380px"><huimin-chat mode="inline" region="445303" heading="示范区问答"'
                       ' greeting="有什么想问的？" examples="低保怎么申请|高龄津贴多少钱"></huimin-chat></div>'
                       '<script src="GATEWAY/widget.js"></script>')
    part = pg.get_by_role("region", name="示范区问答")
    expect(part).to_contain_text("有什么想问的？")
    expect(part.get_by_role("button", name="高龄津贴多少钱")).to_be_visible()
    expect(launcher(pg)).to_have_count(0)
    assert "450" in ask(pg, "农村低保一个月多少钱").inner_text()
    size = part.bounding_box()
    assert (round(size["width"]), round(size["height"])) == (380, 600)
    fits(pg)


def test_the_colours_of_the_site_are_taken_on(visit):
    pg = opened(visit("/own", "<style>huimin-chat { --huimin-accent: rgb(150, 20, 30); --huimin-side: 60px }</style>" + TAG))
    assert pg.locator("#send").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(150, 20, 30)"
    pg.set_viewport_size({"width": 1280, "height": 900})
    r = window(pg).bounding_box()
    assert round(1280 - r["x"] - r["width"]) == 60


@pytest.mark.parametrize(("theme", "scheme", "dark"), [("", "dark", False), ("auto", "dark", True), ("auto", "light", False), ("dark", "light", True)])
def test_a_light_site_stays_light_unless_it_says_otherwise(visit, theme, scheme, dark):
    pg = visit("/own", TAG.replace("data-region", f'data-theme="{theme}" data-region'))
    pg.emulate_media(color_scheme=scheme)
    assert ("dark" in pg.locator("#huimin").get_attribute("class").split()) is dark


def test_the_tag_twice_or_an_element_too_many_gives_one_widget(visit):
    pg = visit("/own", TAG + TAG + "<script>document.body.append(document.createElement('huimin-chat'))</script>")
    expect(launcher(pg)).to_have_count(1)


def test_taken_out_of_the_page_and_put_back_it_goes_on(visit):
    pg = opened(visit("/own", TAG))
    ask(pg, AMOUNT)
    pg.evaluate("() => { const e = document.querySelector('huimin-chat'); e.remove(); document.body.append(e) }")
    expect(bots(pg)).to_have_count(1, timeout=WAIT)
    ask(pg, "你好")
    expect(bots(pg)).to_have_count(2)
    pg.evaluate("() => { document.querySelector('huimin-chat').remove(); document.body.append(document.createElement('huimin-chat')) }")
    expect(bots(pg)).to_have_count(2, timeout=WAIT)  # another element, as where a site draws its pages anew
    ask(pg, "你好")
    expect(bots(pg)).to_have_count(3)
    assert pg.problems == []


def test_the_policy_of_the_site_needs_nothing_more_than_the_page_for_integrators_says(visit):
    pg = opened(visit("/own", TAG, "default-src 'none'; script-src GATEWAY; connect-src GATEWAY; img-src data:; require-trusted-types-for 'script'"))
    ask(pg, AMOUNT)
    assert pg.evaluate("window.__violations") == []
    assert pg.problems == []


OLD = {
    "no constructed style sheets": "delete Document.prototype.adoptedStyleSheets; delete ShadowRoot.prototype.adoptedStyleSheets;",
    "no resize observer": "delete window.ResizeObserver;",
    "no streams": "delete window.ReadableStream;",
    "no storage": "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }});",
    "no voices": "delete window.speechSynthesis; delete window.webkitSpeechRecognition; delete window.SpeechRecognition;",
}


@pytest.mark.parametrize("lacks", OLD)
def test_a_browser_that_lacks_something_is_served_all_the_same(context, visit, lacks):
    context.add_init_script(OLD[lacks])
    pg = opened(visit("/own", TAG))
    assert "450" in ask(pg, AMOUNT).inner_text()
    assert pg.locator("#send").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(23, 105, 90)"
    fits(pg)
    assert pg.problems == []


def test_a_browser_too_old_for_it_gets_a_link_to_the_page(context, visit, server_url):
    context.add_init_script("Object.defineProperty(window, 'customElements', {value: undefined})")
    pg = visit("/own", TAG)
    expect(pg.get_by_role("link", name="惠民 · 政策问答")).to_have_attribute("href", server_url + "/")
    assert pg.problems == []


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("large", [False, True])
def test_it_fits_and_its_targets_are_44_px(visit, width, large):
    pg = opened(visit())
    pg.set_viewport_size({"width": width, "height": 640})
    if large:
        pg.get_by_role("button", name="大字").click()
    fits(pg)
    ask(pg, AMOUNT)
    fits(pg)
    assert pg.evaluate("document.documentElement.scrollWidth") <= width
    if width < 600:
        assert window(pg).bounding_box() == {"x": 0, "y": 0, "width": width, "height": 640}


def test_it_says_its_own_language_and_direction_on_a_site_of_another(visit):
    pg = opened(visit("/own", '<script>document.documentElement.lang = "ar"; document.documentElement.dir = "rtl"</script>' + TAG))
    part = pg.locator("#huimin")
    assert part.evaluate("e => [e.lang, getComputedStyle(e).direction]") == ["zh-CN", "ltr"]
    pg.get_by_role("button", name="更多").click()
    pg.get_by_role("switch", name="繁體字").click()
    expect(part).to_have_attribute("lang", "zh-HK")


def test_nothing_of_it_is_in_the_page_but_one_element(visit):
    pg = opened(visit("/own", TAG))
    ask(pg, AMOUNT)
    assert pg.evaluate("[...document.body.children].map(e => e.localName)") == ["h1", "script", "huimin-chat"]
    assert pg.evaluate("document.head.querySelectorAll('style, link[rel=stylesheet]').length") == 0
    assert pg.evaluate(f"{ROOT}.mode") == "open"
