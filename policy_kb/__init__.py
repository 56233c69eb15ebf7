"""What Huimin knows: regions, documents, benefits, dated provisions, offices; and the one answer core.

A library: no chat, no web, no Rasa. Knowledge is immutable in memory (:class:`~policy_kb.knowledge.KnowledgeBase`);
``answer()`` is pure.
"""

from policy_kb.answering import answer, office_answer, which_place
from policy_kb.answers import Answer, Citation, Fact, Query, QuickReply
from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.names import Mention, NameIndex, mentions_of
from policy_kb.resolve import Group
from policy_kb.store import Reader, open_engine, shared_reader
from policy_kb.understanding import Understanding, interpret

__all__ = [
    "COUNTRY", "Answer", "Citation", "Fact", "Group", "KnowledgeBase", "Mention", "NameIndex", "Query", "QuickReply",
    "Reader", "Understanding", "answer", "interpret", "mentions_of", "office_answer", "open_engine",
    "shared_reader", "which_place",
]
