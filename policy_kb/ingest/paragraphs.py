"""Lines into paragraphs: sentences broken over lines are joined, paragraphs run together into one line are cut apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from policy_kb.ingest.model import Line
from policy_kb.ingest.numbering import inline_items, marker_of
from policy_kb.ingest.tables import ends_with_bar

_SENTENCE_END = tuple("。！？；;!?：:…")
_CLOSERS = "”’」』）)》〉】]"
# Words no sentence ends with.
_GOES_ON = re.compile(
    r"(?:[，,、（(《〈“‘「『【\[]|或者|以及|并且|按照|依照|根据|依据|通过|关于|应当|必须|可以|不得|给予|及时|包括|达到|超过|低于|高于|不低于|不超过|每人每|"
    r"因为|如果|[，,、；;](?:的|和|与|或|及|并|且|将|把|对|向|在|由|从|为|以|按|应|要|请|现|其|该|各|每|不|未|是|有|至|到|因|而))$"
)
_CONTINUES = tuple("，,、。；;：:）)》〉”’」』】]！？!?")
# How a new paragraph of an official text usually begins.
_OPENING = re.compile(
    r"(?:——|—|-{2,}|\d{4}年|今年|去年|明年|近年来|近日|目前|当前|同时|此外|另外|与此同时|到\d{4}年|截至|“.{1,8}五”|第[一二三四五六七八九十]|"
    r"各位|我们|本[法条办规意通]|为|根据|按照|围绕|坚持|牵头单位|责任单位|联系|附件|抄送)"
)
_DATED = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日\s")
_TOPIC = re.compile(r"[^，,。；;：:！!？?]{2,24}[。：:]\S")
_HEADING_LENGTH = 45
_COLLAPSED = 500
_SPLIT = re.compile(r"(?<=[。！？；”）])[\s　]+(?=[\u4e00-\u9fff“《（(\d])")
_RUN_IN_HEADING = re.compile(
    r"(?<=[。！？])(?P<heading>[\u4e00-\u9fff]{2,8}[:：]?[^\s，,。；;：:！？]{2,28})[ 　]+(?=[\u4e00-\u9fff])"
)


def join_broken(lines: Sequence[Line], between: Sequence[int] = ()) -> list[Line]:
    """Join a line to the one before where a sentence goes on; no punctuation is made up.

    A line that only lacks its full stop is not joined to the next paragraph: joined are lines that break off in the
    middle (a comma, an open bracket, a word no sentence ends with), lines of a text wrapped at one width, and prose that
    stops without punctuation before a line that does not look like the beginning of a paragraph. ``between``: where
    lines began that were taken out as titles; nothing is joined over them.
    """
    width = _wrapped_width(lines)
    out: list[Line] = []
    last: Line | None = None  # the last piece joined into out[-1]
    for line in lines:
        parted = last is not None and any(last.end <= at <= line.start for at in between)
        if last is not None and not parted and _joins(out[-1], last, line, width):
            head = out[-1]
            gap = " " if re.fullmatch("[A-Za-z]{2}", head.text[-1:] + line.text[:1]) else ""
            out[-1] = replace(head, text=head.text + gap + line.text, end=line.end)
        else:
            out.append(line)
        last = line
    return out


def _wrapped_width(lines: Sequence[Line]) -> int | None:
    """The width at which the text is wrapped, or None when a line is a paragraph."""
    open_ended = [len(x.text) for x in lines if x.kind == "text" and not x.text.endswith((*_SENTENCE_END, *_CLOSERS))]
    texts = [len(x.text) for x in lines if x.kind == "text"]
    if len(open_ended) < 3 or len(texts) < 5 or len(open_ended) * 3 < len(texts):
        return None
    widest = max(texts)
    near = [n for n in open_ended if n >= widest * 0.85]
    return widest if widest <= 80 and widest >= 15 and len(near) * 2 >= len(open_ended) else None


def _joins(head: Line, last: Line, line: Line, width: int | None) -> bool:
    if head.kind != "text" or line.kind != "text" or not head.text:
        return False
    if ends_with_bar(last) or _DATED.match(line.text):
        return False
    if line.text.startswith(_CONTINUES):
        return True
    if head.text.endswith(_SENTENCE_END) or marker_of(line.text):
        return False
    if _open_bracket(head.text):
        return True
    if head.text.endswith(tuple(_CLOSERS)):
        return False
    if width is not None:
        return len(last.text) >= width * 0.85
    if _GOES_ON.search(head.text):
        return True
    marker = marker_of(head.text)
    body = head.text[marker.length :] if marker else head.text
    if marker and len(body) <= _HEADING_LENGTH and not re.search(r"[；;。]", body):
        return False
    prose = bool(re.search(r"[，,；;。]", body)) and len(body) > 12
    return prose and not _OPENING.match(line.text) and not _TOPIC.match(line.text)


def _open_bracket(text: str) -> bool:
    tail = text[-80:].replace("(", "（").replace(")", "）")
    return any(tail.rfind(o) > tail.rfind(c) for o, c in ("《》", "〈〉", "“”", "（）", "【】"))


def align(text: str, raw: str) -> list[int] | None:
    """For every character of ``text`` its place in ``raw``, in order; None when it is not made from it."""
    at = -1
    found: list[int] = []
    for c in text:
        if c.isspace():
            found.append(max(at, 0))
            continue
        at = raw.find(c, at + 1)
        if at < 0:
            return None
        found.append(at)
    return found


def cut_apart(line: Line, source: str, at: Sequence[int], kinds: Sequence[str] = ()) -> list[Line]:
    """The line in pieces that begin at 0 and at each of ``at``; their spans touch, so nothing of the line is lost."""
    places = align(line.text, source[line.start : line.end])
    if not places or not at:
        return [line]
    cuts = [0, *at, len(line.text)]
    pieces: list[Line] = []
    for i, (first, last) in enumerate(zip(cuts, cuts[1:])):
        said = line.text[first:last].strip()
        if not said:
            continue
        start = line.start if not pieces else line.start + places[first]
        if pieces:
            pieces[-1] = replace(pieces[-1], end=start)
        pieces.append(Line(said, start, line.end, kinds[i] if i < len(kinds) else line.kind, None))
    return pieces


def split_collapsed(line: Line, source: str) -> list[Line]:
    """A page's whole text in one line: cut where the gaps between its paragraphs are left, headings apart."""
    if line.kind != "text" or len(line.text) < _COLLAPSED and not ends_with_bar(line):
        return [line]
    cuts: dict[int, str] = {m.end(): "text" for m in _SPLIT.finditer(line.text)}
    for m in _RUN_IN_HEADING.finditer(line.text):
        cuts[m.start("heading")] = "heading"
        cuts[m.end()] = "text"
    at = sorted(cuts)
    return cut_apart(line, source, at, ["text", *(cuts[i] for i in at)])


def split_items(line: Line, source: str) -> list[Line]:
    """A list （一）…；（二）… in one running text, each item on its own."""
    if line.kind != "text":
        return [line]
    return cut_apart(line, source, inline_items(line.text))
