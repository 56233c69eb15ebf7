"""With every turn goes what the message was taken for and how sure the pipeline was, for those who review the answers."""

from __future__ import annotations

import pytest

from bot.gateway.results import Turn
from tests.rasa_host.conftest import talk


@pytest.mark.parametrize(("text", "intent", "sure"), [
    ("云安区农村低保一个月多少钱", "ask_policy", (0.6, 1.0)), ("你好", "greet", (0.6, 1.0)), ("阿巴阿巴阿巴", "nlu_fallback", (1.0, 1.0)),
    ("我不想活了", "danger", (0.6, 1.0)), ('/ask_policy{"benefit": "minimum_living_allowance"}', "ask_policy", (1.0, 1.0)),
])
def test_the_intent_and_how_sure_it_is(ours, text, intent, sure):
    turn, = talk(ours, [text])
    assert turn["understood"]["intent"] == intent
    assert sure[0] <= turn["understood"]["confidence"] <= sure[1]


def test_it_is_of_the_last_message_and_the_gateway_takes_it(ours):
    turns = [Turn.model_validate(t) for t in talk(ours, ["云安低保多少", "那农村呢", "雁塔区的低保多少"])]
    assert [t.understood.intent for t in turns] == ["ask_policy", "inform", "ask_policy"]
    assert [t.messages[0].lacks for t in turns] == [None, None, "local"]
