"""Answer questions on policy."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.context import Context, asks_the_same, completes, follow, is_no_new_subject
from actions.interview import Interview
from actions.otherwise import not_understood, out_of_scope
from actions.query import query_of
from actions.retelling import tell_source
from policy_kb import Answer, KnowledgeBase, Query, Understanding, answer, interpret, office_answer, which_place
from policy_kb.answer_words import find_words
from policy_kb.eligibility.reading import heard
from policy_kb.families import named_among
from policy_kb.parts import MONEY
from policy_kb.relevance import direct
from policy_kb.resolve import INHERITED, LOCAL

PLACES_AT_ONCE = 3
# So few words name a benefit by a part of its name.
FEW_WORDS = 12
# How sure it must be that a question is for us, or that this benefit is meant, before a benefit is guessed.
SURE_ENOUGH_TO_GUESS = 0.6
# Intents that go on with the question before: what is not said again stays.
# 是的 to 您问的是低保吗 does, too.
GOES_ON = {"inform", "correct", "affirm"}


class AnswerPolicy(Action):
    """Answers what the message and the conversation before it ask."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb = base.knowledge()
        before = Context.from_slots(tracker.slots)
        said = among_the_same(kb, tracker, before, interpret(kb, base.mentions(tracker)))
        intent = base.intent(tracker)
        if intent in {*GOES_ON, "ask_policy"} and tells_more(kb, tracker, said):
            return [FollowupAction("eligibility_form")]
        if said.aspect == "basis" and before.benefits and not (said.names_subject or said.regions or base.is_button(tracker)):
            return tell_source(dispatcher, tracker, kb, before)
        office = said.office or (said.department if before.aspect == "contact" and intent in GOES_ON else None)
        if office and not said.benefits:
            base.say_answer(dispatcher, office_answer(kb, office, base.day(tracker)))
            return base.understood({"aspect": "contact"})
        if said.out_of_scope and not said.benefits:
            return out_of_scope(dispatcher, kb, said)
        if intent == "correct" and said.is_empty:
            if before.benefits and base.has_quantity(tracker):  # 不对，只交了四年多
                return go_on(dispatcher, tracker, kb, before, said, fragment=True)
            base.say(dispatcher, "clarify", kb.wording["correct_what"])
            return base.understood()
        if before.aspect and not before.benefits and not base.has_cue(tracker):
            # We asked which benefit is meant: the answer to that asks nothing new, whatever it may sound like.
            said = replace(said, aspect=None)
        if intent == "check_eligibility" and not said.aspect:
            said = replace(said, aspect="eligibility")
        goes_on = intent in GOES_ON
        text = tracker.latest_message.get("text") or ""
        if said.guessed and (asks_the_same(before, said, text) or _hardly_means(tracker, before, text)):
            said, goes_on = replace(said, guessed=None), True
        elif said.guessed and not (base.is_sure(tracker, SURE_ENOUGH_TO_GUESS) and base.says_of_what(tracker)):
            said = replace(said, guessed=None)
        if _names_nothing_new(said, intent, before) and not base.is_button(tracker):
            return _by_its_words(dispatcher, tracker, kb, before, said)
        goes_on = goes_on or completes(kb, before, said) or is_no_new_subject(before, said)
        return go_on(dispatcher, tracker, kb, before, said, fragment=goes_on)


def among_the_same(kb: KnowledgeBase, tracker: Tracker, before: Context, said: Understanding) -> Understanding:
    """Read with the talk before: a few words may name one of the benefits talked of by a part of its name (生活的那个), and who
    asks how many homes or beds there are looks for none of them.
    """
    text = tracker.latest_message.get("text") or ""
    if said.seeks or said.institutions:
        return _counted(kb, said) if base.counts(kb, text) and not base.is_button(tracker) else said
    if not said.age and (age := base.bare_age(text)) and by_age(kb, before.benefits):
        return replace(said, age=(age, age))
    if before.benefits and not said.names_subject and len(text) <= FEW_WORDS and not base.is_button(tracker):
        named = named_among(kb, before.benefits, text)
        return replace(said, benefits=(named,), guessed=None) if named else said
    return said


def _counted(kb: KnowledgeBase, said: Understanding) -> Understanding:
    """The homes of a kind at a place asked about together, by their name or kind: 万盛养老院一共好多张床."""
    named = [kb.institutions[i] for i in said.institutions if i in kb.institutions]
    kinds = [said.seeks] if said.seeks else [i.kind for i in named]
    benefits = said.benefits or tuple(kb.institution_kinds[kind].benefit for kind in kinds[:1])
    places = said.regions or tuple(i.region for i in named[:1])
    return replace(said, institutions=(), seeks=None, benefits=benefits, regions=places, aspect="where")


def _hardly_means(tracker: Tracker, before: Context, text: str) -> bool:
    """Whether a few words in a talk about one benefit are too vague to mean another: 交了两年多一点."""
    return bool(before.benefits) and len(text) <= FEW_WORDS and not base.is_sure_of_subject(tracker, SURE_ENOUGH_TO_GUESS)


def by_age(kb: KnowledgeBase, benefits: tuple[str, ...]) -> bool:
    """Whether what is given depends on the age of the old, so that a bare number is one: 那我婆婆才八十六."""
    audiences = (p.audience for b in benefits for p in kb.by_benefit.get(b, ()))
    return any(a.age_from is not None and a.age_from >= base.OLD for a in audiences)


def with_guess(said: Understanding) -> Understanding:
    """The benefit likely meant taken for one that is named, where none is."""
    return said if said.benefits or not said.guessed else replace(said, benefits=(said.guessed,))


def tells_more(kb: KnowledgeBase, tracker: Tracker, said: Understanding) -> bool:
    """After a verdict: 不对，是四个人 tells the household anew, so that the check is made again."""
    interview = Interview.from_slot(tracker.get_slot("interview"), kb)
    if interview is None or said.names_subject or said.seeks or base.is_button(tracker):
        return False
    text = tracker.latest_message.get("text") or ""
    if find_words(kb, "asks", text):
        return False
    facts = heard(kb, text, None, interview.facts).facts
    return any(interview.facts.get(name) != value for name, value in facts.items())


def _names_nothing_new(said: Understanding, intent: str, before: Context) -> bool:
    """No name and nothing that goes on with an earlier question, or a benefit that is only guessed."""
    passing = is_no_new_subject(before, said)
    if said.names_subject and not passing or said.seeks:
        return False
    if passing and intent not in GOES_ON:
        return not said.aspect
    nothing = not (said.aspect or said.regions or said.residence or said.categories or said.age or said.year)
    return nothing or bool(said.guessed) and intent not in GOES_ON


def _by_its_words(
    dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase, before: Context, said: Understanding
) -> list:
    """It names nothing we know, yet its words may be those of a rule (随父母打工的孩子能在当地上公办学校吗) or plainly mean a
    benefit (土墙房要塌了国家管不管).
    """
    goes_on = base.intent(tracker) in GOES_ON
    if before.benefits and (not said.guessed or said.guessed in before.benefits):
        told = in_the_same_matter(kb, tracker, before, said, goes_on=goes_on)
        if told is None and goes_on:
            told = answer(kb, query_of(kb, tracker, before))
        if told:
            base.say_answer(dispatcher, told)
            return base.understood({"words": tracker.latest_message.get("text"), "told": None})
    now = follow(kb, Context(region=before.region, place_asked=before.place_asked), replace(said, benefits=()), fragment=False)
    found = answer(kb, replace(query_of(kb, tracker, now), guessed=said.guessed))
    if found.benefit is None:
        # 我想领补助 is understood as far as it goes: which, is asked.
        return not_understood(dispatcher, tracker, found if base.intent(tracker) == "ask_policy" else None)
    base.say_answer(dispatcher, found)
    return _remembered(replace(now, benefits=(found.benefit,), words=tracker.latest_message.get("text")), found)


def in_the_same_matter(
    kb: KnowledgeBase, tracker: Tracker, before: Context, said: Understanding, *, surely: bool = False, goes_on: bool = False
) -> Answer | None:
    """What the base says on these words of the benefit asked about before: 喝醉了呢, 要是不批会不会给个说法. None where it says
    nothing (``surely``: nothing that is about most of the words). ``goes_on``: the same is asked of something else, 交了十二年呢.
    """
    query = query_of(kb, tracker, follow(kb, before, said, fragment=True))
    found = direct(kb, query)
    if found.strong or found.held and not surely:
        return answer(kb, query if said.aspect or goes_on else replace(query, aspect=None))
    return None


def go_on(
    dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase, before: Context, said: Understanding, *, fragment: bool
) -> list:
    """Answer what is asked now. ``fragment``: it goes on with the question before, and what is not said again stays."""
    now = follow(kb, before, said, fragment=fragment)
    query = query_of(kb, tracker, now)
    if said.ambiguous_regions:
        chosen = _nearest(kb, said.ambiguous_regions, before.region or base.metadata(tracker).get("region"))
        if len(chosen) > 1:
            name = next(m.text for m in base.mentions(tracker) if m.kind == "region" and len(m.value) > 1)
            base.say_answer(dispatcher, which_place(kb, query, chosen, name))
            return base.understood(now.slots())
        now = follow(kb, now, Understanding(regions=chosen), fragment=True)
        query = query_of(kb, tracker, now)
    places = said.regions or before.compared or (query.region,)
    if before.region and base.compares(kb, tracker.latest_message.get("text") or ""):
        places = tuple(dict.fromkeys((before.region, *places)))
    places = places[:PLACES_AT_ONCE]
    now = replace(now, compared=places if len(places) > 1 else ())
    asked = base.questions(kb, tracker, now.aspect) if said.aspect and len(places) == 1 else (now.aspect,)
    found = [answer(kb, replace(query, region=code, aspect=aspect)) for code in places for aspect in asked]
    if fragment and said.regions and replace(said, regions=(), department=None) == Understanding():
        found = [_or_figures(kb, replace(query, region=code), one) for code, one in zip(places, found)]
    if found[0].kind == "clarify":
        found = found[:1]
        if found[0].benefit is None and not now.seeks:
            return not_understood(dispatcher, tracker, found[0], now.slots())
    for one in found:
        base.say_answer(dispatcher, one)
    return _remembered(replace(now, words=query.words, told=0), found[-1])


def _or_figures(kb: KnowledgeBase, query: Query, found: Answer) -> Answer:
    """Who only names the place wants what there is at that place: its figures, where it says nothing on what was asked before."""
    if found.coverage in {LOCAL, INHERITED} or query.aspect in MONEY:
        return found
    figures = answer(kb, replace(query, aspect=None))
    return figures if figures.coverage == LOCAL and any(f.value is not None for f in figures.facts) else found


def _remembered(now: Context, found: Answer) -> list[SlotSet]:
    return base.understood(replace(now, place_asked=now.place_asked or found.asks_place).slots())


def _nearest(kb: KnowledgeBase, codes: tuple[str, ...], region: str | None) -> tuple[str, ...]:
    """Of several places of one name those nearest to the resident's own."""
    if not region:
        return codes
    home = {r.code for r in kb.chain(region)} - {"000000"}
    shared = {c: len(home & {r.code for r in kb.chain(c)}) for c in codes}
    most = max(shared.values())
    return tuple(c for c in codes if shared[c] == most) if most else codes
