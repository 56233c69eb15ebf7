"""The preliminary eligibility check: what a household may be entitled to, asked for as little as possible, never guessed.

Rules and household facts are data (``policy_kb/data/rules``, ``household_facts.yaml``); here is what reads them. Pure
functions, any region, any day.
"""

from typing import TYPE_CHECKING

from policy_kb.lazy import lazily

if TYPE_CHECKING:
    from policy_kb.eligibility.evaluate import screen
    from policy_kb.eligibility.facts import BadFacts, Household, as_json, read_household
    from policy_kb.eligibility.verdicts import LIKELY, UNDETERMINED, UNLIKELY, Verdict

__getattr__ = lazily(
    __name__,
    {
        "evaluate": ("screen",),
        "facts": ("BadFacts", "Household", "as_json", "read_household"),
        "verdicts": ("LIKELY", "UNDETERMINED", "UNLIKELY", "Verdict"),
    },
)

__all__ = [
    "LIKELY", "UNDETERMINED", "UNLIKELY", "BadFacts", "Household", "Verdict", "as_json", "read_household", "screen",
]
