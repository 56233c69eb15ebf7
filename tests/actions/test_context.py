"""What is carried from turn to turn: what the resident names changes, the rest stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.context import Context, follow
from policy_kb import Understanding

LOW, OLD = ("minimum_living_allowance",), ("old_age_allowance",)
YUNAN, QIJIANG = "445303", "500110"
BEFORE = Context(
    benefits=LOW, aspect="amount", region=YUNAN, residence="rural", categories=("severely_disabled",), age=(70, 70), year=2018
)


def test_a_new_subject_keeps_the_place_and_forgets_whom_and_what_it_was_about(kb):
    now = follow(kb, BEFORE, Understanding(benefits=OLD), fragment=False)
    assert now == Context(benefits=OLD, region=YUNAN)


def test_a_new_subject_as_a_fragment_keeps_place_and_aspect(kb):
    now = follow(kb, BEFORE, Understanding(benefits=OLD), fragment=True)
    assert (now.benefits, now.region, now.aspect) == (OLD, YUNAN, "amount")
    assert (now.categories, now.age) == ((), None)


def test_a_new_subject_with_its_own_aspect_has_that_one(kb):
    assert follow(kb, BEFORE, Understanding(benefits=OLD, aspect="materials"), fragment=True).aspect == "materials"


def test_the_same_subject_again_keeps_whom_it_is_about(kb):
    now = follow(kb, BEFORE, Understanding(benefits=LOW, aspect="procedure"), fragment=False)
    assert (now.residence, now.categories, now.age) == ("rural", ("severely_disabled",), (70, 70))
    assert now.aspect == "procedure"


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ({"residence": "urban"}, {"residence": "urban"}),
        ({"regions": (QIJIANG,)}, {"region": QIJIANG}),
        ({"aspect": "materials"}, {"aspect": "materials"}),
        ({"age": (80, 80)}, {"age": (80, 80)}),
        ({"year": 2019}, {"year": 2019}),
        ({"categories": frozenset({"bedridden"})}, {"categories": ("bedridden",)}),
        ({"categories": frozenset({"orphan"})}, {"categories": ("orphan", "severely_disabled")}),
    ],
)
def test_a_fragment_changes_what_it_names_and_nothing_else(kb, said, changed):
    now = follow(kb, BEFORE, Understanding(**said), fragment=True)
    assert now.slots() == BEFORE.slots() | {k: list(v) if isinstance(v, tuple) else v for k, v in changed.items()}


def test_saying_nothing_changes_nothing(kb):
    assert follow(kb, BEFORE, Understanding(), fragment=True) == BEFORE


def test_of_several_places_the_first_is_asked_about(kb):
    assert follow(kb, Context(), Understanding(regions=(QIJIANG, YUNAN)), fragment=False).region == QIJIANG


def test_a_first_question_starts_from_nothing(kb):
    said = Understanding(benefits=LOW, aspect="amount", regions=(YUNAN,), residence="rural")
    assert follow(kb, Context(), said, fragment=False) == Context(benefits=LOW, aspect="amount", region=YUNAN, residence="rural")


def test_following_changes_nothing_that_was_there(kb):
    follow(kb, BEFORE, Understanding(benefits=OLD, residence="urban"), fragment=False)
    assert BEFORE.benefits == LOW


@given(
    st.builds(
        Context, benefits=st.sampled_from([(), LOW, OLD]), aspect=st.sampled_from([None, "amount"]),
        region=st.sampled_from([None, YUNAN]), residence=st.sampled_from([None, "rural"]),
        categories=st.sampled_from([(), ("orphan",)]), age=st.sampled_from([None, (70, 79)]), year=st.sampled_from([None, 2018]),
    )
)
def test_a_context_survives_the_slots(context):
    assert Context.from_slots(context.slots()) == context
    assert Context.from_slots({**context.slots(), "failures": 1}) == context


# -- the same in residents' words


def test_that_and_the_countryside(conversation):
    c = conversation()
    c.say("云安区城镇低保一个月多少钱")
    said = c.say("那农村呢", "inform")
    assert (said.data["benefit"], said.data["aspect"], said.data["region"]) == (LOW[0], "amount", YUNAN)
    assert {f["audience"] for f in said.data["facts"] if f["region"] == YUNAN} == {"农村"}


def test_another_benefit_in_the_same_place(conversation):
    c = conversation()
    c.say("云安区农村低保一个月多少钱")
    said = c.say("高龄津贴呢", "inform")
    assert (said.data["benefit"], said.data["aspect"], said.data["region"]) == (OLD[0], "amount", YUNAN)


def test_a_whole_new_question_keeps_the_place_only(conversation):
    c = conversation()
    c.say("云安区农村低保一个月多少钱")
    said = c.say("孤儿要带什么材料")
    assert (said.data["benefit"], said.data["aspect"], said.data["region"]) == ("orphan_allowance", "materials", YUNAN)
    assert c.slots["residence"] is None


@pytest.mark.parametrize("text", ["不对，我问的是綦江", "我问的是綦江区，不是云安区", "綦江"])
def test_a_place_is_corrected(conversation, text):
    c = conversation()
    c.say("云安区农村低保一个月多少钱")
    said = c.say(text, "inform")
    assert (said.data["benefit"], said.data["aspect"], said.data["region"]) == (LOW[0], "amount", QIJIANG)


def test_the_place_named_wins_over_the_default_and_stays(conversation):
    c = conversation(region=QIJIANG)
    assert c.say("云安区低保多少钱").data["region"] == YUNAN
    assert c.say("要什么材料", "inform").data["region"] == YUNAN


def test_without_a_place_named_the_default_holds(conversation):
    assert conversation(region=QIJIANG).say("低保多少钱").data["region"] == QIJIANG


def test_a_year_in_the_text_wins_over_the_day_asked_for(conversation):
    c = conversation()
    assert c.say("云安区2018年农村低保多少钱").data["as_of"] == "2018-12-31"
    assert c.say("那现在呢", "inform").data["as_of"] == "2026-11-23"
