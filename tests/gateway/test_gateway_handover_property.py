"""The same as ``tests/desk/test_handover_property.py`` through a real gateway: its chat API, its event streams and its console.

Whoever listens, the resident and two of staff, must hear every message once and in order, through lost connections and crashes. The
stories that matter most are told each time, others as chance has it; more of them: ``--hypothesis-profile thorough``.
"""

from __future__ import annotations

import pytest

from tests.handover.machine import HOLDER, SAID_BY_BOT, STAFF, Handover, stories
from tests.handover.on_gateway import OnGateway

WANG, LI = STAFF


class HandoverOnGateway(Handover):
    transport = OnGateway


@pytest.fixture(scope="module")
def _knowledge(knowledge, knowledge_url):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIMIN_KB_URL", knowledge_url)
        patch.setattr(OnGateway, "knowledge", knowledge, raising=False)
        yield


STORIES = {
    "the gateway ends while the assistant is asked": [
        ("resolves", HOLDER, "answered"), ("writes", "低保多少钱"), ("crashes_and_starts_anew",), ("the_next_turn_ends", "answer"),
    ],
    "it ends while somebody waits, and while somebody answers": [
        ("writes", "低保多少钱"), ("crashes_and_starts_anew",), ("claims", WANG), ("replies", WANG), ("crashes_and_starts_anew",),
        ("writes", "低保多少钱"), ("replies", WANG), ("releases", WANG), ("presses", "继续问机器人"), ("writes", "低保多少钱"),
        ("crashes_and_starts_anew",), ("claims", LI), ("the_next_turn_ends", "answer"),
    ],
    "connections are lost between any two words": [
        ("loses_the_connection",), ("claims", WANG), ("loses_the_connection",), ("replies", WANG), ("loses_the_connection",),
        ("writes", "低保多少钱"), ("loses_the_connection",), ("transfers", WANG, LI), ("loses_the_connection",), ("replies", LI),
    ],
    "continue with the bot is pressed while a person has the case": [
        ("claims", WANG), ("presses", "继续问机器人"), ("writes", "低保多少钱"), ("replies", WANG),
    ],
    "two have it one after the other, and a third party's words come in between": [
        ("claims", WANG), ("claims", LI), ("replies", LI), ("takes_over", LI), ("replies", WANG), ("replies", LI), ("writes", "低保多少钱"), ("staff_fall_silent",),
        ("two_claim_at_once",), ("notes", LI), ("resolves", HOLDER, "answered"), ("presses", "没解决"), ("presses", "重新打开"),
    ],
    "danger comes while nobody has claimed, and once more": [
        ("writes", "救命"), ("presses", "继续问机器人"), ("writes", "救命"), ("takes_long_at_last",), ("the_next_turn_ends", "danger"),
    ],
    "all is erased while a person has the case": [
        *[("writes", "低保多少钱")] * 6, ("claims", WANG), ("replies", WANG), ("erases",), ("claims", LI), ("replies", LI),
    ],
} | {
    f"an answer ({said}) comes when somebody else has taken over{', and given it back' if back else ''}": [
        ("an_answer_comes_when_somebody_else_has_taken_over", said, back)
    ]
    for said in SAID_BY_BOT for back in (False, True)
}


@pytest.mark.usefixtures("_knowledge")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("story", STORIES)
def test_story(story):
    machine = HandoverOnGateway()
    try:
        machine.begins()
        for rule, *given in STORIES[story]:
            if rule == "takes_long_at_last":
                machine.takes_long(machine.said[-1])
            else:
                getattr(machine, rule)(*given)
            machine.everything_is_in_order()
            machine.no_state_is_without_a_way_out()
    finally:
        machine.teardown()


TestHandover = HandoverOnGateway.TestCase
TestHandover.pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("_knowledge")]
TestHandover.settings = stories(8, steps=25)
