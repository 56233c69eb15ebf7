"""What is learned from examples: whose business a text is, and the benefit that it means although it names another."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import meaning, scope, trained
from bot.nlu.knowledge import MENTIONS
from bot.nlu.meaning import SubjectClassifier
from bot.nlu.scope import OURS_SHARE, ScopeClassifier
from policy_kb import KnowledgeBase, interpret, mentions_of
from policy_kb.loader import SHIPPED, read_knowledge

OURS = ["低保怎么申请", "五保要什么条件", "居住证去哪里办", "失业金多少钱一个月", "公租房怎么申请", "孤儿要什么条件", "医保多少钱", "救助站去哪里找"]
OTHERS = ["低保概念股龙头", "养老概念股", "失业金概念股龙头", "孤儿小说推荐", "五保小说全文", "医保股龙头", "公租房小说", "股票龙头推荐"]
LOANS = {
    "startup_loan": ["开店无息贷款怎么弄", "创业担保贷款怎么申请", "创业无息贷款多少", "开店贴息贷款", "回乡创业贷款"],
    "university_aid": ["大学助学贷款怎么申请", "大学生学费贷款", "考上大学没钱", "大学助学金多少", "大学生资助"],
}


class Folder:
    """Where a component keeps what it learned."""

    def __init__(self, path: Path):
        self.path = path

    @contextlib.contextmanager
    def write_to(self, resource):
        yield self.path

    read_from = write_to


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return read_knowledge([SHIPPED])


@pytest.fixture
def known(kb, monkeypatch):
    """The base that the components see; another one can be set."""
    def see(base: KnowledgeBase) -> KnowledgeBase:
        for module in (trained, scope, meaning):
            monkeypatch.setattr(module, "current_knowledge", lambda: base)
        return base

    see(kb)
    return see


def learn(kind, folder: Path, examples: list[Message]):
    """A component that has learned, kept it and read it again."""
    config, store = kind.get_default_config() | {"min_df": 1}, Folder(folder)
    kind.create(config, store, None, None).train(TrainingData(examples))
    return kind.load(config, store, None, None)


def example(text: str, intent: str, **metadata) -> Message:
    return Message({"text": text, "intent": intent, "metadata": {"intent": metadata}})


def read(kb: KnowledgeBase, text: str) -> Message:
    return Message({"text": text, MENTIONS: mentions_of(kb, text)})


@pytest.fixture
def whose(kb, known, tmp_path):
    component = learn(
        ScopeClassifier, tmp_path, [example(t, "ask_policy") for t in OURS] + [example(t, "out_of_scope") for t in OTHERS]
    )
    return lambda text: component.process([read(kb, text)])[0].get(OURS_SHARE)


def test_what_stands_around_a_name_tells_whose_business_it_is(whose):
    assert whose("高龄津贴怎么申请") > 0.5 > whose("高龄津贴概念股")


def test_a_name_of_ours_says_nothing_by_itself(whose):
    assert whose("法律援助概念股") == pytest.approx(whose("公租房概念股"))


def meant(kb: KnowledgeBase, component: SubjectClassifier, text: str) -> tuple[str, ...]:
    [message] = component.process([read(kb, text)])
    learned = [m for e in message.get("entities", []) for m in [trained.Mention(e["entity"], (e["value"],), 0, 0, "")]]
    return interpret(kb, [*message.get(MENTIONS), *learned]).benefits


@pytest.fixture
def subjects(known, tmp_path):
    examples = [example(t, "ask_policy", benefit=[b]) for b, texts in LOANS.items() for t in texts]
    return learn(SubjectClassifier, tmp_path, [*examples, *(example(t, "out_of_scope") for t in OTHERS)])


def test_the_whole_text_overrules_a_name_in_it(kb, subjects):
    assert interpret(kb, mentions_of(kb, "大学生创业开店无息贷款")).benefits == ("university_aid",)
    assert meant(kb, subjects, "大学生创业开店无息贷款") == ("startup_loan",)


def test_a_name_that_the_text_agrees_with_stands(kb, subjects):
    assert meant(kb, subjects, "考上大学怎么申请助学贷款") == ("university_aid",)


def test_a_name_loaded_since_is_never_overruled(kb, known, subjects):
    alias, benefit = "回乡贴息金", "legal_aid"
    new = known(replace(kb, benefits=kb.benefits | {benefit: replace(kb.benefits[benefit], aliases=(alias,))}))
    assert meant(new, subjects, f"创业开店{alias}贷款") == (benefit,)


def test_a_benefit_is_guessed_where_none_is_named(kb, subjects):
    [message] = subjects.process([read(kb, "想开店弄个无息贷款")])
    assert [(e["entity"], e["value"]) for e in message.get("entities")] == [("subject", "startup_loan")]
