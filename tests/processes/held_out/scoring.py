"""Score the running service on the held-out files of this folder.

Every file was written by somebody who had seen neither the code nor the data, before the rules that it judges. The ``dev`` parts
serve to find what is missing (``dev3`` did so only at the end); ``test4``, the other half of ``dev4``, and ``final`` are scored only. Of the noisy utterances ``dev`` was looked at and
``test`` was not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.service import Chat, Service, text_of

FOLDER = Path(__file__).parent
PARTS = ("dev", "dev2", "dev3", "dev4", "dev5", "test4", "test5", "final")
UNSEEN = ("test4", "test5", "final")
PERHAPS = "您问的是“"
HISTORIC = re.compile(r"\d ?年(底|度|末)?的?(标准|数据|规定|目标|统计)|可能.{0,8}(调|变|不同)|到期|过了有效期|截至")


@dataclass(frozen=True)
class Miss:
    """One thing that was not understood: what was said, what was wanted, what came."""

    said: str
    wanted: str
    came: str


def load(name: str) -> list[dict]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _asked(service: Service, say: str) -> dict:
    return Chat(service, as_of="2026-11-23").say(say)


def _benefits(reply: dict) -> set[str]:
    found: set[str] = set()
    for m in reply["messages"]:
        found |= {m["data"].get("benefit"), *(m["data"].get("also") or ())}
        found |= {f["benefit"] for f in m["data"].get("facts") or ()}
    return found - {None}


def _is_answered(reply: dict) -> bool:
    return any(m["kind"] == "answer" and m["data"].get("benefit") for m in reply["messages"])


def queries(service: Service, name: str) -> tuple[dict[str, tuple[int, int]], list[Miss]]:
    """(right or taken, of how many) for ``benefit``, ``aspect``, ``near`` and ``everyday``; and what went wrong. ``asked back``:
    how many in scope were right only in that we asked whether this was meant.
    """
    rows = load(name)
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda row: _asked(service, row["say"]), rows))
    counts = dict.fromkeys(("benefit", "aspect", "asked back", "near", "everyday"), (0, 0))
    missed: list[Miss] = []

    def count(key: str, hit: bool) -> None:
        counts[key] = (counts[key][0] + hit, counts[key][1] + 1)

    for row, reply in zip(rows, replies):
        first = reply["messages"][0]
        came = f"{first['kind']} {first['data'].get('benefit')} {first['data'].get('aspect')}"
        if row["scope"] == "in":
            understood = bool(_benefits(reply) & set(row["benefit"]))
            told = any(_aspect_is(m, row["aspect"]) for m in reply["messages"])
            count("benefit", understood)
            count("aspect", told)
            count("asked back", understood and text_of(reply).startswith(PERHAPS))
            if not (understood and told):
                missed.append(Miss(row["say"], f"{row['benefit']} {row['aspect']}", came))
        else:
            taken = _is_answered(reply)
            count(row["scope"], taken)
            if taken:
                missed.append(Miss(row["say"], row["scope"], came))
    return counts, missed


def _aspect_is(message: dict, wanted: list[str]) -> bool:
    aspects = {message["data"].get("aspect"), *(f["aspect"] for f in (message["data"].get("facts") or ())[:3])}
    return bool(aspects & set(wanted))


def conversations(service: Service, name: str) -> tuple[dict[str, tuple[int, int]], list[Miss]]:
    """(passed, of how many) for each group; and the first thing that went wrong in each conversation."""
    cases = load(name)
    with ThreadPoolExecutor(4) as pool:
        problems = list(pool.map(lambda case: next(_conversation(service, case), None), cases))
    counts: dict[str, tuple[int, int]] = {}
    missed = []
    for case, problem in zip(cases, problems):
        passed, of = counts.get(case["group"], (0, 0))
        counts[case["group"]] = (passed + (problem is None), of + 1)
        if problem:
            missed.append(problem)
    return counts, missed


def _conversation(service: Service, case: dict) -> Iterator[Miss]:
    chat = Chat(service, case.get("region"))
    for number, turn in enumerate(case["turns"], 1):
        reply = chat.say(turn["say"])
        for problem in _problems(turn.get("expect") or {}, reply):
            yield Miss(f"{case['id']} {case['group']} turn {number}: {turn['say']}", problem, text_of(reply))


def _as_list(x: object) -> list:
    return x if isinstance(x, list) else [x]


def _matches(pattern: str, text: str) -> bool:
    """Digits alone are a whole number: 50 is not in 500."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    if re.fullmatch(r"\d+", pattern):
        pattern = rf"(?<![\d.]){pattern}(?!\d)"
    return re.search(pattern, text, re.DOTALL) is not None


def _problems(expect: dict, reply: dict) -> Iterator[str]:
    messages, text = reply["messages"], text_of(reply)
    citations = [c for m in messages for c in m["citations"]]
    kinds = {m["kind"] for m in messages}
    if "kind" in expect and not kinds & set(_as_list(expect["kind"])):
        yield f"kind {expect['kind']}, not {sorted(kinds)}"
    yield from (f"/{p}/" for p in _as_list(expect.get("all", [])) if not _matches(p, text))
    if "any" in expect and not any(_matches(p, text) for p in _as_list(expect["any"])):
        yield f"any of {expect['any']}"
    yield from (f"never /{p}/" for p in _as_list(expect.get("none", [])) if _matches(p, text))
    if "cite" in expect:
        cited = [" ".join(str(c[k] or "") for k in ("document", "section", "number", "issuer")) for c in citations]
        if not any(_matches(expect["cite"], c) for c in cited):
            yield f"a citation of {expect['cite']}"
    if "fact" in expect:
        facts = [f for m in messages for f in m["data"].get("facts") or ()]
        if not any(all(f.get(k) == v for k, v in expect["fact"].items()) for f in facts):
            yield f"the fact {expect['fact']}"
    if "replies" in expect:
        titles = [q["title"] for m in messages for q in m["quick_replies"]]
        if not any(_matches(expect["replies"], t) for t in titles):
            yield f"a quick reply {expect['replies']}, not {titles}"
    if "handled_by" in expect and reply["handled_by"] not in _as_list(expect["handled_by"]):
        yield f"handled by {expect['handled_by']}, not {reply['handled_by']}"
    if expect.get("not_current") and not (any(c["in_force"] is False for c in citations) or HISTORIC.search(text)):
        yield "says that the figure is old"
