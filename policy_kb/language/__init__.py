"""How residents write, read as what they mean: width, traditional characters, dialect, pinyin and slips of the ear."""

from policy_kb.language.babble import is_babble
from policy_kb.language.reading import Reader, Reading, folded, kept_characters, plain, reader_of

__all__ = ["Reader", "Reading", "folded", "is_babble", "kept_characters", "plain", "reader_of"]
