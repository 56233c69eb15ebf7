"""Rasa custom actions: read the tracker, ask ``policy_kb``, say the result as one custom object.

Thin on purpose: nothing is known or decided about policy here.
"""

from actions.answer import AnswerPolicy, NotUnderstood, OutOfScope, RestartContext
from actions.handover import Emergency, Erase, Handover, TicketStatus

__all__ = [
    "AnswerPolicy", "Emergency", "Erase", "Handover", "NotUnderstood", "OutOfScope", "RestartContext", "TicketStatus",
]
