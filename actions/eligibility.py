"""The preliminary eligibility check as a form: the evaluator chooses the next question, ``policy_kb`` reads what is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.answer import AnswerPolicy
from actions.context import Context, follow
from actions.interview import PAUSED, REGION, RUNNING, SHOWN, Interview
from actions.otherwise import HUMAN
from actions.query import query_of
from policy_kb import COUNTRY, KnowledgeBase, Understanding, emergencies, interpret
from policy_kb.answer_words import find_words
from policy_kb.eligibility import UNDETERMINED, BadFacts, Household, read_household, screen
from policy_kb.eligibility.interview import Question, next_question
from policy_kb.eligibility.reading import heard
from policy_kb.eligibility.schema import FactSpec
from policy_kb.eligibility.wording import Words, as_plain, citations_of, understood_facts
from policy_kb.language import plain
from policy_kb.relevance import direct
from policy_kb.settings import retention_days
from policy_kb.wording import Wording

INTERVIEW, ANSWER, FORM = "interview", "household_answer", "eligibility_form"
# What a button of a question or of a verdict carries.
FACT, VALUE, UNKNOWN = "household_fact", "household_value", "unknown"
SHOW, STOP, RESUME = "show", "stop", "resume"
MAX_OPTIONS = 8
MAX_CHANGES = 4
# What leaves the question for something else, which is answered before the question comes again.
ELSEWHERE = {
    "ask_policy", "inform", "correct", "not_clear", "ask_source", "ask_more", "out_of_scope", "capabilities", "who_are_you",
    "request_human", "complaint", "wrong_answer", "danger", "erase_data", "start_over", "ticket_status", "thanks", "greet",
    "goodbye", "small_talk", "praise",
}
# Asked without a name these ask of what is being looked at: 从交上去到批下来要多久.
OF_POLICY = {"materials", "procedure", "where", "time_limit", "contact", "basis"}
# What goes before any answer that names nothing of the household itself.
FIRST = {"danger", "request_human", "complaint", "erase_data", "start_over", "ticket_status"}
_TYPES = {"bool": "bool", "choice": "choice", "integer": "integer", "money": "money", "list": "list"}


def interview_of(tracker: Tracker, kb: KnowledgeBase) -> Interview | None:
    return Interview.from_slot(tracker.get_slot(INTERVIEW), kb)


def region_of(tracker: Tracker, kb: KnowledgeBase) -> str | None:
    """The place asked about: named before, else the page's."""
    region = tracker.get_slot("region") or base.metadata(tracker).get("region")
    return region if region in kb.regions else None


def household_of(kb: KnowledgeBase, interview: Interview) -> Household:
    """The facts so far; what cannot be true together is left out, the last said first."""
    facts = dict(interview.facts)
    while True:
        try:
            return read_household(kb, facts)
        except BadFacts as error:
            wrong = [path for path, _ in error.problems if path in facts]
            if not wrong:
                return read_household(kb, {})
            for name in wrong:
                del facts[name]


def question_after(kb: KnowledgeBase, tracker: Tracker, interview: Interview) -> Question | None:
    """What to ask next; the place first, because every local figure hangs on it."""
    if interview.is_over:
        return None
    region = region_of(tracker, kb)
    if (region is None or region == COUNTRY) and REGION not in interview.skip:
        return Question(REGION, interview.most)
    if interview.asking and interview.again:
        return Question(interview.asking, 1)
    household = household_of(kb, interview)
    found = next_question(kb, interview.wanted(kb), household, region, base.day(tracker), {*interview.skip, *interview.facts})
    if found is None:
        return None
    return Question(found.fact, min(found.remaining, interview.most - interview.asked))


class ValidateEligibilityForm(FormValidationAction):
    """Learns what the message says of the household; required is an answer as long as one could still decide something."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[str]:
        kb = base.knowledge()
        interview = interview_of(tracker, kb)
        return [ANSWER] if interview and question_after(kb, tracker, interview) else []

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        kb = base.knowledge()
        since = _since_the_message(tracker)
        events: list[EventType] = []
        if any(e["event"] == "active_loop" and e.get("name") == FORM for e in since):
            events = begin(kb, tracker)
        elif not any(e["event"] == "action" and e.get("name") != FORM for e in since):
            events = learn(kb, tracker)
            if not events:
                return []  # nothing of the household: Rasa lets the rules answer it and comes back
        tracker.add_slots(events)
        required = await self.required_slots([ANSWER], dispatcher, tracker, domain)
        return [*events, SlotSet("requested_slot", required[0] if required else None)]


def _since_the_message(tracker: Tracker) -> list[dict[str, Any]]:
    """What happened since the resident's message: the form began, or a rule answered something else first."""
    found: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        if event["event"] == "user":
            break
        found.append(event)
    return found


def begin(kb: KnowledgeBase, tracker: Tracker) -> list[EventType]:
    """A check begins or goes on: what is asked for, and what this message and the talk before already told."""
    text = _text(tracker)
    said = interpret(kb, base.mentions(tracker))
    before = interview_of(tracker, kb)
    context = Context.from_slots(tracker.slots)
    begins = base.intent(tracker) == "check_eligibility" and not _matches(kb, "resume", text) and not _entity(tracker, RESUME)
    resumed = before is not None and not begins
    changed = _entity(tracker, FACT)
    main = before.main if before and (resumed or changed) else _main(kb, said, context, text)
    # What is asked for and how long it is kept is said at the beginning of each check, not when one goes on.
    begun = int(bool(before and (resumed or changed)))
    interview = replace(before or Interview(), main=main, status=RUNNING, asked=begun, again=0, asking=None, heard=())
    if changed and changed in interview.facts:
        kept = {k: v for k, v in interview.facts.items() if k != changed}
        interview = replace(interview, facts=kept, asking=changed, again=1, skip=tuple(s for s in interview.skip if s != changed))
    now = follow(kb, context, replace(said, benefits=(), topic=None, aspect=None), fragment=True)
    facts = heard(kb, text, None, interview.facts).facts if text else {}
    if now.residence and "residence" not in {**interview.facts, **facts}:
        facts["residence"] = now.residence
    interview = interview.learned(facts) if facts else interview
    named = {"benefits": [main] if main else None, "topic": None, "aspect": "eligibility", "region": now.region}
    return [SlotSet(INTERVIEW, interview.slot()), *base.understood(named)]


def _main(kb: KnowledgeBase, said: Understanding, context: Context, text: str) -> str | None:
    """The benefit asked about: the one named that has a rule, else the one talked of before where the message names none."""
    named = [b for b in said.benefits if b in kb.rules_of]
    if named:
        return named[0]
    if said.benefits or _matches(kb, "all", text):
        return None
    before = [b for b in context.benefits if b in kb.rules_of]
    return before[0] if before else None


def learn(kb: KnowledgeBase, tracker: Tracker) -> list[EventType]:
    """What the answer to the question changes; nothing where it is about something else."""
    interview = interview_of(tracker, kb) or Interview()
    text = _text(tracker)
    if given := _entity(tracker, FACT):
        return _saved(_pressed(kb, interview, given, _entity(tracker, VALUE)))
    if _entity(tracker, SHOW) or text and _matches(kb, "show", text):
        return _saved(replace(interview, status=SHOWN))
    if _entity(tracker, STOP) or text and _matches(kb, "stop", text):
        return _saved(interview.paused())
    if base.is_button(tracker):
        return []
    said = heard(kb, text, interview.asking if interview.asking != REGION else None, interview.facts)
    intent = base.intent(tracker)
    if emergencies.detect(kb, text) or intent in FIRST and (said.bare or said.other):
        return []
    if interview.asking == REGION and (events := _learn_region(kb, tracker, interview)):
        return events
    if said.facts:
        return _saved(interview.learned(said.facts))
    if said.unknown or interview.asking == REGION and _matches(kb, "unknown", text):
        return _saved(interview.not_known())
    found = interpret(kb, base.mentions(tracker))
    named = found.names_subject or found.office or found.out_of_scope or found.aspect in OF_POLICY
    nothing_known = intent in {"inform", "correct", "out_of_scope"} and not named
    if intent in ELSEWHERE and not nothing_known:
        return []
    return _saved(interview.not_understood())


def _pressed(kb: KnowledgeBase, interview: Interview, fact: str, value: str | None) -> Interview:
    """A button of the question: a value, or that it is not known."""
    spec = kb.household_facts.get(fact)
    if spec is None or value in {None, UNKNOWN}:
        return replace(interview, asking=fact).not_known()
    option = next((o for o in spec.options if str(o.value) == value), None)
    if option is None:
        return interview.not_understood()
    chosen: Any = option.value
    if spec.kind == "list":
        chosen = [] if chosen == "none" else [chosen]
    return replace(interview, asking=fact).learned({fact: chosen})


def _learn_region(kb: KnowledgeBase, tracker: Tracker, interview: Interview) -> list[EventType]:
    """The place where the household is registered: the question asks for exactly that."""
    said = interpret(kb, base.mentions(tracker))
    codes = said.regions or said.ambiguous_regions[:1]
    if not codes:
        return []
    facts = heard(kb, _text(tracker), None, interview.facts).facts
    return [*_saved(interview.learned({"hukou_local": True} | facts)), SlotSet("region", codes[0])]


def _saved(interview: Interview) -> list[EventType]:
    return [SlotSet(INTERVIEW, interview.slot()), *base.understood()]


def _text(tracker: Tracker) -> str:
    return "" if base.is_button(tracker) else tracker.latest_message.get("text") or ""


def _matches(kb: KnowledgeBase, words: str, text: str) -> bool:
    return bool(find_words(kb, words, plain(text)))


def _entity(tracker: Tracker, name: str) -> str | None:
    return next((str(e["value"]) for e in tracker.latest_message.get("entities") or [] if e["entity"] == name), None)


class AskHousehold(Action):
    """Puts the next question, with what was just understood said back before it."""

    def name(self) -> str:
        return f"action_ask_{ANSWER}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        kb = base.knowledge()
        interview = interview_of(tracker, kb) or Interview()
        question = question_after(kb, tracker, interview)
        if question is None:
            return []
        region = region_of(tracker, kb)
        words = Words(kb, household_of(kb, interview), region, base.day(tracker))
        say = Wording(kb)
        spec = kb.household_facts.get(question.fact)
        asked = _question_text(say, spec, words)
        lines = []
        if interview.asked == 0 and interview.again == 0:
            lines.append(_beginning(kb, say, interview))
        back = [words.heard(name, words.known(name)) for name in interview.heard if words.known(name) is not None]
        if back:
            lines.append(say("interview_heard", facts="，".join(back)))
        if interview.again and interview.asking == question.fact and interview.asked:
            asked = say("interview_again" if interview.again == 1 else "interview_again_help", question=asked)
        elif interview.asking == question.fact and _answered_before(tracker):
            asked = say("interview_goes_on", question=asked)
        lines.append(asked)
        base.say(
            dispatcher, "question", "\n".join(lines), quick_replies=_buttons(kb, say, spec, question.fact, interview),
            data={
                "benefit": interview.main, "aspect": "eligibility", "region": region, "kb_version": kb.version,
                "field": question.fact, "type": _TYPES[spec.kind] if spec else "region", "remaining": question.remaining,
                "options": [{"title": o.title, "value": o.value} for o in spec.options] if spec else [],
                "understood": understood_facts(words, words.facts),
            },
        )
        return [SlotSet(INTERVIEW, interview.put(question.fact).slot())]


def _answered_before(tracker: Tracker) -> bool:
    """Whether something else was answered since the resident's message, before the question comes again."""
    ours = {FORM, f"validate_{FORM}", f"action_ask_{ANSWER}", "action_check_eligibility", "action_listen"}
    return any(e["event"] == "action" and e.get("name") not in ours for e in _since_the_message(tracker))


def _question_text(say: Wording, spec: FactSpec | None, words: Words) -> str:
    if spec is None:
        return say("ask_region")
    asked = spec.question.format(place=words.place)
    return say("interview_why", question=asked, why=spec.why) if spec.why else asked


def _beginning(kb: KnowledgeBase, say: Wording, interview: Interview) -> str:
    """What is looked at, what is asked for and why, how long it is kept and how to erase it."""
    subject = (
        say("interview_subject", benefit=kb.benefits[interview.main].title) if interview.main else say("interview_subject_all")
    )
    return say("interview_begins", subject=subject, privacy=say("interview_privacy", days=retention_days()))


def _buttons(kb: KnowledgeBase, say: Wording, spec: FactSpec | None, fact: str, interview: Interview) -> list[dict]:
    options = list(spec.options[:MAX_OPTIONS]) if spec else []
    if spec and spec.kind == "list":
        options = list(spec.options)
    found = [_button(o.title, {FACT: fact, VALUE: str(o.value)}) for o in options]
    found.append(_button(say("dont_know"), {FACT: fact, VALUE: UNKNOWN}))
    if interview.facts:
        found.append(_button(say("show_now"), {SHOW: "now"}))
    return found


def _button(title: str, given: dict[str, str], intent: str = "answer_household") -> dict[str, str]:
    return {"title": title, "says": title, "payload": base.command(intent, given)}


class EligibilityVerdict(Action):
    """Says how it stands when nothing more is asked: the verdict, or that the talk may go on later."""

    def name(self) -> str:
        return "action_eligibility_verdict"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        kb = base.knowledge()
        say = Wording(kb)
        interview = interview_of(tracker, kb)
        if interview is None:
            base.say(dispatcher, "clarify", say("interview_nothing_to_resume"))
            return base.understood()
        if interview.status == PAUSED:
            base.say(dispatcher, "text", say("interview_stopped"), data={"benefit": interview.main, "aspect": "eligibility"})
            return [SlotSet(ANSWER, None)]
        say_verdict(dispatcher, tracker, kb, interview)
        return [SlotSet(INTERVIEW, replace(interview, status=SHOWN, asking=None, heard=()).slot()), *base.understood()]


def say_verdict(dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase, interview: Interview) -> None:
    """Send the verdict on the benefit asked about and its neighbours, or on all."""
    say, region, day = Wording(kb), region_of(tracker, kb), base.day(tracker)
    household = household_of(kb, interview)
    words = Words(kb, household, region, day)
    found = screen(kb, household, region, day, interview.wanted(kb).benefits)
    shown = found[:1] if interview.main else [x for x in found if x.verdict == "likely"]
    replies = [
        _button(say("change_fact", label=words.label(name)), {FACT: name}, "check_eligibility")
        for name in list(household.facts)[-MAX_CHANGES:]
    ]
    if interview.main:
        title = kb.benefits[interview.main].title
        asked = {"benefit": interview.main, "aspect": "materials"}
        replies.insert(0, {"title": kb.aspects["materials"].title, "says": f"{title}{kb.aspects['materials'].question}",
                           "payload": base.command("ask_policy", asked | ({"region": region} if region else {}))})
    if any(x.verdict == UNDETERMINED for x in found[:1]):
        replies.append({**HUMAN, "says": say("offer_person")})
    base.say(
        dispatcher, "verdict", words.one(found) if interview.main else words.all(found),
        citations=[base.plain_json(vars(c)) for c in citations_of(shown)], quick_replies=replies,
        data={
            "benefit": interview.main, "aspect": "eligibility", "region": region, "as_of": day.isoformat(),
            "kb_version": kb.version, "benefits": [base.plain_json(as_plain(x)) for x in found],
            "understood": understood_facts(words, household.facts),
        },
    )


class CheckEligibility(Action):
    """Begins the check, or goes on with it; of a benefit that nobody wrote a rule for the conditions are told."""

    def name(self) -> str:
        return "action_check_eligibility"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        kb = base.knowledge()
        if _entity(tracker, RESUME) or _matches(kb, "resume", _text(tracker)):
            if interview_of(tracker, kb) is None:
                base.say(dispatcher, "clarify", Wording(kb)("interview_nothing_to_resume"))
                return [*base.understood(), FollowupAction("action_listen")]
            return []
        said = interpret(kb, base.mentions(tracker))
        if said.benefits and not any(b in kb.rules_of for b in said.benefits):
            return [*await AnswerPolicy().run(dispatcher, tracker, domain), FollowupAction("action_listen")]
        wants_check = base.is_button(tracker) or _matches(kb, "check", _text(tracker))
        if not wants_check and _is_answered_by_a_rule(kb, tracker, said):
            return [*await AnswerPolicy().run(dispatcher, tracker, domain), FollowupAction("action_listen")]
        return []


def _is_answered_by_a_rule(kb: KnowledgeBase, tracker: Tracker, said: Understanding) -> bool:
    """Whether the base says something on the very words: 我有车，能吃低保吗 is answered before anything is asked back."""
    now = follow(kb, Context.from_slots(tracker.slots), said, fragment=False)
    return direct(kb, query_of(kb, tracker, now)).strong
