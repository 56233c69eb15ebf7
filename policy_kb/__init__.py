"""What Huimin knows: regions, documents, benefits, dated provisions, offices; and the one answer core.

A library: no chat, no web, no Rasa. Knowledge is immutable in memory (:class:`~policy_kb.knowledge.KnowledgeBase`);
``answer()`` is pure.
"""

from typing import TYPE_CHECKING

from policy_kb.lazy import lazily

if TYPE_CHECKING:
    from policy_kb.answering import answer, office_answer, perhaps_meant, which_place
    from policy_kb.answers import Answer, Citation, Fact, Query, QuickReply
    from policy_kb.engines import open_engine
    from policy_kb.knowledge import COUNTRY, KnowledgeBase
    from policy_kb.names import Mention, NameIndex, mentions_of
    from policy_kb.reader import Reader, shared_reader
    from policy_kb.resolve import Group
    from policy_kb.retelling import more_answer, no_more_answer, sources_answer
    from policy_kb.understanding import Understanding, interpret

# Answering brings dictionaries of 50 MB with it, which a process that only reads settings or the store must not carry.
__getattr__ = lazily(
    __name__,
    {
        "answering": ("answer", "office_answer", "perhaps_meant", "which_place"),
        "answers": ("Answer", "Citation", "Fact", "Query", "QuickReply"),
        "engines": ("open_engine",),
        "knowledge": ("COUNTRY", "KnowledgeBase"),
        "names": ("Mention", "NameIndex", "mentions_of"),
        "reader": ("Reader", "shared_reader"),
        "resolve": ("Group",),
        "retelling": ("more_answer", "no_more_answer", "sources_answer"),
        "understanding": ("Understanding", "interpret"),
    },
)

__all__ = [
    "COUNTRY", "Answer", "Citation", "Fact", "Group", "KnowledgeBase", "Mention", "NameIndex", "Query", "QuickReply",
    "Reader", "Understanding", "answer", "interpret", "mentions_of", "more_answer", "no_more_answer", "office_answer",
    "open_engine", "perhaps_meant", "shared_reader", "sources_answer", "which_place",
]
