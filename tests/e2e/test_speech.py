"""Reading aloud and voice input. The browser here has no voices and hears nothing: its two interfaces are played."""

from __future__ import annotations

import pytest

from tests.e2e.chat_page import ask, bots, box, expect
from tests.e2e.test_chat_page import AMOUNT

VOICES = """
window.__spoken = []; window.__stopped = 0; window.__hold = false;
class U { constructor(text) { this.text = text } }
window.SpeechSynthesisUtterance = U;
Object.defineProperty(window, 'speechSynthesis', {value: {
  getVoices: () => [{lang: 'en-US'}, {lang: 'zh-CN'}, {lang: 'zh_HK'}],
  speak(u) { window.__spoken.push([u.lang, u.text]); if (!window.__hold) setTimeout(() => u.onend && u.onend()); },
  cancel() { window.__stopped++ },
}});
"""
EARS = """
window.webkitSpeechRecognition = undefined;
window.SpeechRecognition = class {
  start() { window.__ear = this; if (window.__deaf) setTimeout(() => { this.onerror({error: window.__deaf}); this.onend() }) }
  stop() { this.onend() }
};
window.hear = (...parts) => { window.__ear.onresult({results: parts.map(p => [{transcript: p}])}) };
"""


@pytest.fixture
def talking(context, page):
    context.add_init_script(VOICES + EARS)
    page.reload()
    return page


def spoken(page):
    return page.evaluate("window.__spoken")


def test_an_answer_is_read_out_without_its_sources_and_stopped_again(talking):
    reply = ask(talking, AMOUNT)
    talking.evaluate("window.__hold = true")
    button = reply.get_by_role("button", name="朗读")
    button.click()
    said = "".join(text for _, text in spoken(talking))
    assert "每人每月450元" in said
    assert "来源" not in said
    assert {lang for lang, _ in spoken(talking)} == {"zh-CN"}
    stop = reply.get_by_role("button", name="停止朗读")
    expect(stop).to_have_attribute("aria-pressed", "true")
    before = talking.evaluate("window.__stopped")
    stop.click()
    assert talking.evaluate("window.__stopped") > before
    expect(reply.get_by_role("button", name="朗读", exact=True)).to_have_attribute("aria-pressed", "false")


def test_the_button_is_itself_again_once_all_is_read(talking):
    reply = ask(talking, AMOUNT)
    reply.get_by_role("button", name="朗读").click()
    expect(reply.get_by_role("button", name="朗读", exact=True)).to_have_attribute("aria-pressed", "false")


def test_a_long_answer_is_read_in_pieces_that_lose_nothing(talking):
    reply = ask(talking, "低保户的孩子读幼儿园要钱吗")
    reply.get_by_role("button", name="朗读").click()
    pieces = [text for _, text in spoken(talking)]
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 120
    words = reply.locator(".words").inner_text()
    assert "".join("".join(pieces).split()) == "".join(words.replace("·", "").split())


def test_new_answers_are_read_out_by_themselves_where_that_is_chosen(talking):
    ask(talking, AMOUNT)
    assert spoken(talking) == []
    talking.get_by_role("button", name="更多").click()
    talking.get_by_role("switch", name="回答自动读出来").click()
    talking.get_by_role("switch", name="用粤语朗读").click()
    talking.keyboard.press("Escape")
    ask(talking, "高龄津贴怎么领")
    assert len(spoken(talking)) >= 1
    assert {lang for lang, _ in spoken(talking)} == {"zh_HK"}
    count = len(spoken(talking))
    talking.reload()
    expect(bots(talking)).to_have_count(2)
    assert spoken(talking) == [] and count  # what stands there already is not read again


def test_what_is_said_is_written_down_to_be_looked_at_not_sent(talking):
    mic = talking.get_by_role("button", name="语音输入")
    mic.click()
    expect(mic).to_have_attribute("aria-pressed", "true")
    expect(talking.get_by_text("可能会传到浏览器厂商那里")).to_be_visible()  # the first time
    talking.evaluate("hear('云安区')")
    expect(box(talking)).to_have_value("云安区")
    talking.evaluate("hear('云安区农村', '低保多少钱')")
    expect(box(talking)).to_have_value("云安区农村低保多少钱")
    mic.click()
    expect(mic).to_have_attribute("aria-pressed", "false")
    expect(box(talking)).to_be_focused()
    assert bots(talking).count() == 0
    talking.keyboard.press("Enter")
    expect(bots(talking).first).to_contain_text("450")
    mic.click()
    expect(talking.get_by_text("可能会传到浏览器厂商那里")).to_have_count(0)


def test_what_was_typed_before_stays_before_what_is_said(talking):
    box(talking).fill("我想问：")
    talking.get_by_role("button", name="语音输入").click()
    talking.evaluate("hear('低保')")
    expect(box(talking)).to_have_value("我想问：低保")


@pytest.mark.parametrize(("error", "said"), [
    ("no-speech", "没有听清"), ("not-allowed", "没有使用话筒的权限"), ("network", "语音转文字现在用不了"),
])
def test_what_goes_wrong_with_the_microphone_is_said(talking, error, said):
    talking.evaluate("e => { window.__deaf = e }", error)
    mic = talking.get_by_role("button", name="语音输入")
    mic.click()
    expect(talking.get_by_text(said)).to_be_visible()
    expect(mic).to_have_attribute("aria-pressed", "false")
    assert "450" in ask(talking, AMOUNT).inner_text()
