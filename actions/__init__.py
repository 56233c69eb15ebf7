"""Rasa custom actions: read the tracker, ask ``policy_kb``, say the result as one custom object.

Thin on purpose: nothing is known or decided about policy here.
"""

from actions.answer import AnswerPolicy
from actions.eligibility import AskHousehold, CheckEligibility, EligibilityVerdict, ValidateEligibilityForm
from actions.follow_ups import Explain, NotUnderstood, OutOfScope, TellMore, TellSource
from actions.handover import Emergency, Erase, Handover, TicketStatus
from actions.otherwise import RestartContext
from actions.perhaps import PerhapsOurs

__all__ = [
    "AnswerPolicy", "AskHousehold", "CheckEligibility", "EligibilityVerdict", "Emergency", "Erase", "Explain", "Handover",
    "NotUnderstood", "OutOfScope", "PerhapsOurs", "RestartContext", "TellMore", "TellSource", "TicketStatus",
    "ValidateEligibilityForm",
]
