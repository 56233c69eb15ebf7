"""What counts as understood, and the names of places that are compared."""

from __future__ import annotations

import pytest

from policy_kb import COUNTRY, KnowledgeBase, Understanding
from policy_kb.knowledge import Region
from tests.nlu.held_out import Utterance
from tests.nlu.pipeline import values_of
from tests.nlu.places import UnknownPlace, with_full_names


@pytest.fixture
def kb() -> KnowledgeBase:
    places = [
        Region(COUNTRY, "全国", None, "country"), Region("440000", "广东省", COUNTRY, "province"),
        Region("445300", "云浮市", "440000", "city"), Region("445303", "云安区", "445300", "county"),
        Region("220000", "吉林省", COUNTRY, "province"), Region("220100", "长春市", "220000", "city"),
        Region("220104", "朝阳区", "220100", "county"), Region("110000", "北京市", COUNTRY, "province"),
        Region("110105", "朝阳区", "110000", "county"),
    ]
    return KnowledgeBase(1, {r.code: r for r in places}, {}, {}, {}, {}, {}, ())


@pytest.mark.parametrize("name", ["广东省云浮市云安区", "云浮市云安区", "广东省云安区", "云安区"])
def test_a_place_is_itself_with_and_without_those_around_it(kb, name):
    assert with_full_names(kb, [Utterance("x", "ask_policy", {"region": frozenset({name})})])[0].wanted["region"] == {"广东省云浮市云安区"}


@pytest.mark.parametrize("name", ["朝阳区", "云城区", "云浮省云安区"])
def test_a_label_that_is_no_place_or_several_is_refused(kb, name):
    with pytest.raises(UnknownPlace):
        with_full_names(kb, [Utterance("x", "ask_policy", {"region": frozenset({name})})])


def test_what_is_understood_is_what_the_actions_take(kb):
    understood = Understanding(regions=("445303",), age=(80, 89), guessed="old")
    assert values_of(kb, understood, "ask_policy", True) == {
        "benefit": ("old",), "region": ("广东省云浮市云安区",), "age": ((80, 89),),
    }


def test_a_benefit_is_guessed_only_when_sure_and_none_is_named(kb):
    assert "benefit" not in values_of(kb, Understanding(guessed="old"), "ask_policy", False)
    assert values_of(kb, Understanding(benefits=("named",), guessed="old"), "ask_policy", True)["benefit"] == ("named",)


def test_asking_whether_one_qualifies_asks_for_the_conditions(kb):
    assert values_of(kb, Understanding(), "check_eligibility", True) == {"aspect": ("eligibility",)}
    assert values_of(kb, Understanding(aspect="amount"), "check_eligibility", True) == {"aspect": ("amount",)}
