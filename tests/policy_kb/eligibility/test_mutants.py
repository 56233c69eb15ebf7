"""Changing one condition of a rule, one limit or one figure by one makes an oracle fail."""

from collections import defaultdict
from dataclasses import replace

import pytest

from policy_kb.eligibility.parameters import _is_meant
from policy_kb.eligibility.schema import RuleSpec
from policy_kb.knowledge import KnowledgeBase
from policy_kb.loader import SHIPPED, read_knowledge
from tests.policy_kb.eligibility.mutants import mutants, with_rule, with_value
from tests.policy_kb.eligibility.oracles import differences, oracles

KB = read_knowledge([SHIPPED])
BY_BENEFIT = defaultdict(list)
for _oracle in oracles():
    BY_BENEFIT[_oracle.benefit].append(_oracle)

# Changes that change nothing, each with the reason.
EQUIVALENT = {
    # A margin household's seriously ill person may get 低保 alone, and comes in by that.
    ("medical_assistance", "who: qualifies without low_income_margin"),
    # Ages are whole: 79.2 and 80 are the same limit. The recorded age itself is changed below.
    ("old_age_allowance", "age: applicant_age at_least times 0.99"),
}


def noticed(kb: KnowledgeBase, benefit: str) -> bool:
    return any(True for oracle in BY_BENEFIT[benefit] for _ in differences(kb, oracle))


@pytest.mark.parametrize("rule", KB.rules, ids=lambda r: r.id)
def test_a_changed_condition_is_noticed(rule: RuleSpec):
    changed = [(what, with_rule(KB, other)) for what, other in mutants(rule)]
    unnoticed = {(rule.id, what) for what, kb in changed if not noticed(kb, rule.benefit)}
    assert changed
    assert unnoticed == {e for e in EQUIVALENT if e[0] == rule.id}


def used_figures() -> dict[str, set[str]]:
    """Every provision that a rule may take its figure from, with the benefits of those rules."""
    users = defaultdict(set)
    for rule in KB.rules:
        for spec in rule.parameters.values():
            for p in KB.provisions if not spec.starting_age else ():
                if (p.benefit, p.aspect) == (spec.benefit, spec.aspect) and _is_meant(p, spec):
                    users[p.id].add(rule.benefit)
    return users


# Before 2023 no document named the households of the other class, so that these figures of 2016 decide nothing.
DECIDE_NOTHING = {"wansheng-medical-other-serious-2016", "wansheng-medical-serious-ceiling-2016"}


@pytest.mark.parametrize(("provision", "benefits"), sorted(used_figures().items()), ids=lambda x: x if isinstance(x, str) else "")
@pytest.mark.parametrize("by", [1, -1])
def test_a_changed_figure_is_noticed(provision, benefits, by):
    kb = with_value(KB, provision, by)
    assert any(noticed(kb, benefit) for benefit in sorted(benefits)) == (provision not in DECIDE_NOTHING)


@pytest.mark.parametrize("by", [1, -1])
def test_a_changed_starting_age_is_noticed(by):
    first = "wansheng-old-age-80"
    kb = replace(KB, provisions=tuple(
        replace(p, audience=replace(p.audience, age_from=p.audience.age_from + by)) if p.id == first else p for p in KB.provisions
    ))
    assert noticed(kb, "old_age_allowance")
