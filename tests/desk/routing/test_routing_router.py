"""The department is the benefit's in its region; else what the classifier is sure of; else nobody's yet, with the two likeliest."""

from __future__ import annotations

import pytest

from desk.routing.model import save
from desk.routing.router import Router, route
from policy_kb import Reader, open_engine, store
from policy_kb.loader import SHIPPED
from tests.desk.routing.made import HOUSING, LABOUR, by_hand

UNPAID = "老板拖着工资不发已经三个月"


@pytest.fixture(scope="module")
def kb(tmp_path_factory):
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('kb') / 'kb.db'}")
    store.load(engine, [SHIPPED])
    return Reader(engine).get()


def test_the_regions_own_table_of_lead_departments_comes_first(kb):
    (region, benefit), lead = next(
        (where, lead) for where, lead in sorted(kb.lead_of.items()) if lead.department != kb.benefits[where[1]].department
    )
    said = route(UNPAID, benefit, region, kb, by_hand())
    assert said.department == lead.department
    assert kb.full_name(region) in said.why
    assert kb.benefits[benefit].title in said.why


@pytest.mark.parametrize("region", [None, "110105", "999999"])
def test_without_a_table_of_its_own_the_usual_department_leads(kb, region):
    assert route(UNPAID, "minimum_living_allowance", region, kb, by_hand()).department == "民政部门"


@pytest.mark.parametrize("benefit", [None, "no_such_benefit"])
def test_without_a_benefit_the_classifier_decides_where_it_is_sure(kb, benefit):
    said = route(UNPAID, benefit, "445303", kb, by_hand())
    assert said.department == LABOUR
    assert [d for d, _ in said.likeliest] == [LABOUR, HOUSING]
    assert by_hand().version in said.why


def test_where_it_is_not_sure_nobody_is_chosen_and_the_two_likeliest_are_told(kb):
    said = route("物业和老板都说不归自己管怎么办", None, None, kb, by_hand())
    assert said.department is None
    assert (HOUSING in said.why, LABOUR in said.why) == (True, True)


def test_the_threshold_itself_is_enough():
    (_, odds), _ = by_hand().ranking(UNPAID)
    assert route(UNPAID, None, None, None, by_hand(odds)).department == LABOUR
    assert route(UNPAID, None, None, None, by_hand(odds + 1e-9)).department is None


@pytest.mark.parametrize("text", ["", "转人工", "老板 不发 工资"])
def test_a_few_characters_are_no_matter_to_judge(text):
    said = route(text, None, None, None, by_hand(0.1))
    assert (said.department, said.likeliest) == (None, ())


def test_without_a_classifier_nothing_is_decided(kb):
    assert route(UNPAID, None, None, kb).department is None


def test_a_new_classifier_is_noticed_a_broken_one_passed_over_and_a_removed_one_given_up(tmp_path):
    file = tmp_path / "model.npz"
    router = Router(file)

    def said() -> str | None:
        router.look()
        return router.route(UNPAID, None, None, None).department

    assert said() is None
    save(by_hand(), file)
    assert said() == LABOUR
    save(by_hand(1.1), file)
    assert said() is None
    save(by_hand(), file)
    assert said() == LABOUR
    file.write_bytes(b"broken")
    assert said() == LABOUR
    file.unlink()
    assert said() is None
