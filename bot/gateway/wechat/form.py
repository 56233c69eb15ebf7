"""A message of the chat as texts that WeChat takes: choices by number, links to sources, no part longer than is allowed. Pure."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import regex

from bot.gateway.wechat.words import as_written_here, say

# Bytes of UTF-8 of one text; the platform takes 2,048, and beside a part the channel may have to say something of its own.
LIMIT = 1850
# What may not be cut: addresses, numbers with what stands between their digits, and what is shown as one character.
_WHOLE = regex.compile(r"https?://[!-~]+|[A-Za-z0-9]+(?:[.,:/×\-—～~，．：@_%％][A-Za-z0-9]+)*[%％]?|\X")
_LINES = regex.compile(r"[^\n]*\n+|[^\n]+")
_SENTENCES = regex.compile(r".+?(?:[。！？；]+[”』」》）]*|\Z)", regex.DOTALL)
_CLAUSES = regex.compile(r".+?(?:[，、：]+(?![0-9])|\s+|\Z)", regex.DOTALL)
_AROUND = regex.compile(r"[\p{M}\p{Cf}]+")
_ENDS = " \t\n。．.、，,！!；;：:（）()〔〕[]【】「」『』“”‘’《》\"'"
_ASKED_IN_WORDS = regex.compile(r"(?:我?(?:要|想)?选择?|回复)?第?([0-9]{1,2}|[a-z]|[一二三四五六七八九十]{1,3})[个项条种]?")
_WITH_ORDINAL = regex.compile(r"([0-9]{1,2}|[a-z]|[一二三四五六七八九十]{1,3})([个项条种])")
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}
# Asked for a number, a resident who answers 2 means two.
_NUMBERS_ARE_ANSWERS = frozenset({"integer", "money"})


@dataclass(frozen=True)
class Choice:
    """One quick reply as it was shown: by its number, or by the letter of that number where numbers are answers."""

    number: int
    title: str
    payload: str
    lettered: bool = False

    @property
    def mark(self) -> str:
        """What stands before it."""
        return string.ascii_uppercase[self.number - 1] if self.lettered else str(self.number)


def choices(*messages: Mapping[str, Any]) -> list[Choice]:
    """What messages that come together offer, each once, the last one's first; at most as many as there are letters."""
    offered = {reply["title"]: reply["payload"] for m in reversed(messages) for reply in m.get("quick_replies") or []}
    lettered = any(map(_asks_for_number, messages))
    given = list(offered.items())[: len(string.ascii_uppercase)]
    return [Choice(number, title, payload, lettered) for number, (title, payload) in enumerate(given, 1)]


def _asks_for_number(message: Mapping[str, Any]) -> bool:
    """Whether a bare number could be the answer itself: an age, an amount, the grade of a disability."""
    data = message.get("data") or {}
    if message.get("kind") != "question":
        return False
    values = [option.get("value") for option in data.get("options") or []]
    return data.get("type") in _NUMBERS_ARE_ANSWERS or any(isinstance(v, int) and not isinstance(v, bool) for v in values)


def chosen(typed: str, offered: Iterable[Choice]) -> Choice | None:
    """Which of those offered last a resident means who typed its number, its letter or its words, and nothing else."""
    offered = list(offered)
    said = _normal(typed)
    by_words = next((c for c in offered if said and said in _words(c)), None)
    if by_words:
        return by_words
    asked = _ASKED_IN_WORDS.fullmatch(said)
    counted = _WITH_ORDINAL.fullmatch(said)  # 1个 is how many, 第1个 is which
    if asked is None or counted:
        return None
    return next((c for c in offered if _is_mark(asked[1], c)), None)


def _words(choice: Choice) -> set[str]:
    """Its title, and its title as it was shown."""
    return {_normal(f"{before}{choice.title}") for before in ("", choice.mark, f"{choice.mark}.", f"{choice.mark}、")}


def several(typed: str, offered: Iterable[Choice]) -> str | None:
    """The words of all that a resident means who typed several numbers or letters (1、3), put together as they would be typed.

    None where it is not two or more of those offered, and nothing else.
    """
    offered = list(offered)
    marks = [m for m in regex.split(r"[\s、，,；;和]+", typed) if m]
    found = [chosen(mark, offered) for mark in marks]
    if len(found) < 2 or None in found or len(set(found)) < len(found):
        return None
    return "、".join(choice.title for choice in found if choice)


def _is_mark(asked: str, choice: Choice) -> bool:
    if choice.lettered:
        return asked.upper() == choice.mark
    return (str(_counted(asked)) if asked[0] in "一二三四五六七八九十" else asked) == choice.mark


def _counted(words: str) -> int:
    """一 to 九十九 as a number, 0 where it is none."""
    tens, ten, ones = words.rpartition("十")
    if (ten and len(tens) > 1) or len(ones) > 1:
        return 0
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _normal(typed: str) -> str:
    """The words as they are compared: no difference of width or case, no marks around, no spaces."""
    plain = _AROUND.sub("", unicodedata.normalize("NFKC", typed)).casefold()
    return "".join(plain.strip(_ENDS).split())


def parts(*messages: Mapping[str, Any], limit: int = LIMIT) -> list[list[str]]:
    """The texts to send for messages that come together, message by message, in order.

    What they offer stands once, behind the last, so that no number means two things. Each message has at least one text, and
    each text something in it and at most ``limit`` bytes.
    """
    offers = [""] * (len(messages) - 1) + [_offer(choices(*messages))]
    blocks = [(_text(message), _links(message), offer) for message, offer in zip(messages, offers)]
    return [_filled(filter(None, of_one), limit) for of_one in blocks]


def _text(message: Mapping[str, Any]) -> str:
    """Its text; a person's words stay as they are."""
    text = message["text"].strip()
    return text if message.get("from") == "staff" else as_written_here(text)


def joined(texts: Iterable[str], limit: int = LIMIT) -> list[str]:
    """Several texts in as few as they fit in, an empty line between those that come together; none is cut that fits alone."""
    return _filled(texts, limit)


def _filled(blocks: Iterable[str], limit: int) -> list[str]:
    """Blocks one after another: a block is begun in a new text where it fits there whole and does not fit here."""
    full: list[str] = []
    for block in blocks:
        here = f"{full[-1]}\n\n{block}" if full else block
        if _size(here) <= limit:
            full[-1:] = [here]
        else:
            full += split(block, limit)
    return full


def _links(message: Mapping[str, Any]) -> str:
    """Where the sources can be read, of each once."""
    found: dict[str, str] = {}
    for citation in message.get("citations") or []:
        url = citation.get("url")
        if url and url not in message["text"]:
            name = str(citation.get("document") or "").removeprefix("《").removesuffix("》")
            found.setdefault(url, say("source_link", document=name, url=url))
    return "\n".join(found.values())


def _offer(offered: list[Choice]) -> str:
    if not offered:
        return ""
    lines = [say("choose_letter" if offered[0].lettered else "choose_number")]
    return "\n".join([*lines, *(say("choice", mark=c.mark, title=c.title) for c in offered)])


def split(text: str, limit: int = LIMIT) -> list[str]:
    """The text in pieces of at most ``limit`` bytes: cut between lines where that is enough, else sentences, clauses, characters.

    Never inside an address, a number or a character, except inside one that is longer than a piece by itself.
    """
    clean = text.encode("utf-8", "ignore").decode().strip()
    cuts = (_LINES.findall, _SENTENCES.findall, _CLAUSES.findall, _WHOLE.findall, list)
    return [piece for piece in (p.strip() for p in _pieces(clean, limit, cuts)) if piece]


def _pieces(text: str, limit: int, cuts: tuple[Callable[[str], list[str]], ...]) -> list[str]:
    """Greedily: as much in a piece as fits; what does not fit by itself is cut finer."""
    if _size(text) <= limit:
        return [text]
    pieces: list[str] = []
    for unit in cuts[0](text):
        finer = [unit] if _size(unit) <= limit or len(cuts) == 1 else _pieces(unit, limit, cuts[1:])
        for part in finer:
            if pieces and _size(pieces[-1] + part.rstrip()) <= limit:
                pieces[-1] += part
            else:
                pieces.append(part)
    return pieces


def _size(text: str) -> int:
    return len(text.encode())
