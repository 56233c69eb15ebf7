"""What the evaluation counts of a set, and what it may show."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from tests.nlu import evaluate, report
from tests.nlu.held_out import Utterance
from tests.nlu.measured import Measured, Mistake, Part
from tests.nlu.pipeline import Parsed
from tests.nlu.scores import Tally
from tests.processes.held_out.scoring import PARTS, UNSEEN, Miss


def said(text: str, intent: str = "ask_policy", noise: tuple[str, ...] = (), **wanted: object) -> Utterance:
    return Utterance(text, intent, {kind: frozenset({value}) for kind, value in wanted.items()}, noise, text)


def part(name: str, *rows: tuple[Utterance, Parsed], secret: bool = False) -> Part:
    return Part(name, [u for u, _ in rows], [p for _, p in rows], secret)


RIGHT = (said("高龄津贴", noise=("typo",), benefit="old"), Parsed("ask_policy", {"benefit": ("old", "other")}))
WRONG_AGE = (said("八十岁", noise=("typo", "old"), age=(80, 80)), Parsed("ask_policy", {"age": ((8, 8),)}))
WRONG_INTENT = (said("谢谢", "thanks", noise=("old",)), Parsed("greet", {"benefit": ("old",)}))
TWO_PLACES = (said("云安", region="云安区"), Parsed("ask_policy", {"region": ("云安区", "云城区")}))


def test_entities_are_counted_where_something_is_asked():
    found = part("", RIGHT, WRONG_AGE, WRONG_INTENT, TWO_PLACES).entities
    assert found["benefit"] == Tally(right=1)
    assert found["age"] == Tally(extra=1, missed=1)


def test_a_place_too_many_is_wrong():
    assert part("", TWO_PLACES).entities["region"] == Tally(extra=1, missed=1)


def test_wholly_understood_is_the_intent_and_all_that_is_said():
    assert part("", RIGHT, WRONG_AGE, WRONG_INTENT, TWO_PLACES).wholly == [True, False, False, False]


def test_what_is_understood_besides_is_not_wholly_understood():
    assert part("", (said("多少钱"), Parsed("ask_policy", {"age": ((8, 8),)}))).wholly == [False]


def test_an_utterance_counts_for_each_of_its_kinds_of_noise():
    found = part("", RIGHT, WRONG_AGE, WRONG_INTENT)
    assert found.intent_by_noise == {"old": (1, 2), "typo": (2, 2)}
    assert found.wholly_by_noise == {"old": (0, 2), "typo": (1, 2)}


def test_where_only_intents_are_labelled_nothing_else_is_a_mistake():
    unlabelled = part("", (Utterance("八十岁", "ask_policy"), Parsed("ask_policy", {"age": ((80, 80),)})))
    assert not list(unlabelled.mistakes())
    assert unlabelled.entities["age"] == Tally()


def test_mistakes_say_what_was_wanted_and_what_came():
    assert list(part("noisy", RIGHT, WRONG_AGE, WRONG_INTENT).mistakes()) == [
        Mistake("noisy", "age", "typo old", "八十岁", "80-80", "8-8"),
        Mistake("noisy", "intent", "old", "谢谢", "thanks", "greet"),
    ]


@pytest.fixture
def measured() -> Measured:
    hidden = part("noisy test", (said("秘密的话", noise=("typo",), benefit="old"), Parsed("greet")), secret=True)
    plain = part("in plain words", (said("秘密的话", noise=("typo",)), Parsed("greet")), secret=True)
    counts = {(half, what): {"benefit": (3, 4)} for half in PARTS for what in ("queries", "conversations")}
    shown = part("held_out.yml", (Utterance("看得见", "thanks"), Parsed("greet")))
    return Measured(shown, part("noisy dev", RIGHT, WRONG_AGE), hidden, plain, counts)


def test_texts_of_the_test_halves_are_shown_nowhere(measured, tmp_path):
    report.write_errors_csv(measured.mistakes(), tmp_path / "errors.csv")
    texts = [report.full(measured, {}), report.page(measured, {}), report.errors_page(measured.mistakes()),
             (tmp_path / "errors.csv").read_text(encoding="utf-8-sig")]
    assert all("秘密" not in text for text in texts)
    assert all("看得见" in text for text in texts[2:])


def test_the_test_halves_are_counted_all_the_same(measured):
    line = next(x for x in report.summary(measured, {}).splitlines() if "noisy test" in x)
    assert "0/1 (0.0%)" in line


def test_what_the_service_gets_wrong_in_the_unseen_part_is_not_kept(monkeypatch):
    class Standing:
        def __init__(self, folder):
            pass

        def start(self):
            return self

        def stop(self):
            pass

    def queries(service, name):
        return {"benefit": (0, 1)}, [Miss(f"said in {name}", "wanted", "came")]

    monkeypatch.setattr(evaluate, "Service", Standing)
    monkeypatch.setattr(evaluate.scoring, "queries", queries)
    monkeypatch.setattr(evaluate.scoring, "conversations", queries)
    counts, mistakes = evaluate.through_service()
    assert set(counts) == {(part, "queries") for part in PARTS}
    assert {m.text for m in mistakes} == {f"said in queries_{part}" for part in PARTS if part not in UNSEEN}


def test_the_list_of_mistakes_opens_in_a_spreadsheet(tmp_path):
    report.write_errors_csv([Mistake("dev", "age", "old", '他说"八十"，\n对', "80-80", "nothing")], tmp_path / "errors.csv")
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [list(report.COLUMNS), ["dev", "age", "old", '他说"八十"，\n对', "80-80", "nothing"]]


def test_a_text_with_bars_or_lines_stays_one_row():
    page = report.errors_page([Mistake("dev", "answer", "", "a|b", "x\ny", "z")])
    assert "| answer |  | a\\|b | x y | z |" in page.splitlines()


def test_every_intent_leads_to_the_action_of_its_rule():
    actions = evaluate.actions_of_intents()
    assert (actions["ask_policy"], actions["check_eligibility"]) == ("action_answer", "action_check_eligibility")
    assert actions["danger"] == "action_emergency"


def test_pictures_are_drawn_and_small(measured, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the benchmarks' environment: make setup-benchmark")
    measured = replace(measured, test=measured.dev, plain=measured.dev)
    evaluate.write(measured, {}, tmp_path)
    drawn = {f.stem: f.stat().st_size for f in tmp_path.glob("*.png")}
    assert set(drawn) == {"confusion", "intents", "entities", "noise"}
    assert max(drawn.values()) < 150_000
