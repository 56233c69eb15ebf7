"""``python -m desk reviews`` and ``gaps``: what wants a look, what was marked as tests and examples, what is not held."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from desk import to_review
from desk.case_commands import day
from desk.case_words import when
from desk.gaps import KINDS, QUOTED_FROM, gaps, totals
from desk.hours import begin_of, local
from desk.moves import NotPossible
from desk.naming import Names, knowledge
from desk.review_export import Exported, export, texts_in
from desk.tables import MARKS
from desk.terminal import add_as, as_reviewer
from desk.texts import text
from policy_kb.settings import ROOT

if TYPE_CHECKING:
    from policy_kb import Answer, KnowledgeBase

TESTS, EXAMPLES = "reviewed_conversations.yaml", "reviewed_examples.yml"
TRAINED = ROOT / "nlu_data"
# What measures how well the assistant understands; a checkout without tests has none.
HELD_OUT = (ROOT / "tests" / "nlu" / "held_out.yml", *sorted((ROOT / "tests" / "processes" / "held_out").glob("*.yaml")))
SHOWN = 50


def add_to(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the parser's."""
    reviews = commands.add_parser("reviews", help="回答的复核：列出要看的对话，导出标好的")
    own = reviews.add_subparsers(required=True, metavar="命令")
    listing = own.add_parser("list", help="要复核的对话，新的在前，不显示居民的话")
    whys = "，".join(f"{w} {text('why_' + w)}" for w in to_review.WHYS)
    listing.add_argument("--why", choices=to_review.WHYS, help=f"只看一种原因：{whys}")
    shows = "，".join(f"{s} {text('review_show_' + s)}" for s in to_review.SHOWS)
    listing.add_argument("--show", choices=to_review.SHOWS, default=to_review.TO_DO, help=f"{shows}；默认 to_do")
    listing.set_defaults(run=as_reviewer(show_list))
    exporting = own.add_parser("export", help="把标好的回答写成对话测试和训练例句")
    exporting.add_argument("folder", type=Path, help=f"写到这个文件夹：{TESTS}、{EXAMPLES}")
    marks = "，".join(f"{m} {text('mark_' + m)}" for m in MARKS)
    exporting.add_argument("--mark", choices=MARKS, action="append", help=f"只要这种标记，可以写几次：{marks}")
    exporting.add_argument("--force", action="store_true", help="文件已经有了也写，原来的内容就没有了")
    exporting.set_defaults(run=as_reviewer(write_export, "reviews_exported"))
    missing = commands.add_parser("gaps", help="居民问了而我们没有收录的，按地区和事项")
    missing.add_argument("--json", action="store_true", help="给程序读的格式")
    missing.set_defaults(run=as_reviewer(show_gaps))
    for command in (listing, exporting, missing):
        command.add_argument("--since", type=day, metavar="日期", help="从这一天起，例如 2026-11-22")
        add_as(command)


def _since(args: argparse.Namespace) -> dt.datetime | None:
    return begin_of(args.since) if args.since else None


def show_list(db: Connection, args: argparse.Namespace) -> None:
    found = to_review.look(db, to_review.Wanted(args.show, args.why, since=_since(args), limit=SHOWN))
    names = Names(knowledge())
    for e in found[:SHOWN]:
        whys = "、".join(text(f"why_{why}") for why in e.whys)
        about = "、".join([*map(names.place, e.places), *map(names.benefit, e.benefits)])
        count = text("review_count", done=e.reviewed, all=e.answers)
        print(f"{when(e.at)}  {e.ticket or e.conversation[:8]}  {whys}  {about}  {count}")
    if len(found) > SHOWN:
        print(text("review_more", count=SHOWN))
    if not found:
        print(text("review_none"))


def write_export(db: Connection, args: argparse.Namespace) -> None:
    made = export(
        db, _answers(knowledge()), _texts(sorted(TRAINED.glob("*.yml"))), _texts(HELD_OUT), since=_since(args), marks=args.mark,
        home=os.environ.get("HUIMIN_REGION") or None,
    )
    files = {
        args.folder / name: words
        for name, words, some in ((TESTS, made.tests_text(), made.tests), (EXAMPLES, made.examples_text(), made.examples)) if some
    }
    there = [str(file) for file in files if file.exists()]
    if there and not args.force:
        raise NotPossible(text("export_there", files="、".join(there)))
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        for file, words in files.items():
            file.write_text(words, encoding="utf-8")
    except OSError as error:
        raise NotPossible(text("export_not_written", folder=args.folder, why=error.strerror)) from None
    _report(made)
    for file in files:
        print(file)


def _report(made: Exported) -> None:
    print(text("export_made", tests=len(made.tests), answers=made.marked, examples=len(made.examples)))
    for what, counts in made.skipped.items():
        for why, count in sorted(counts.items()):
            if count:
                print(text("export_skipped", what=text(f"export_{what}"), count=count, why=text(f"export_{why}")))


def _texts(files: Iterable[Path]) -> Iterator[str]:
    """Every example in these files, or turn of a test."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in files:
        if file.is_file():
            yield from texts_in(yaml.load(file.read_text(encoding="utf-8"), loader))  # noqa: S506


def _answers(kb: KnowledgeBase | None):
    """What the base answers to a question that is understood as a reviewer says it should be."""

    def answered(benefit: str, aspect: str | None, region: str | None, as_of: dt.date, words: str) -> Answer | None:
        if kb is None or benefit not in kb.benefits or (region and region not in kb.regions):
            return None
        from policy_kb import Group, Query, answer, interpret, mentions_of

        said = interpret(kb, mentions_of(kb, words, as_of))
        group = Group(said.residence, frozenset(said.categories), said.age)
        return answer(kb, Query((benefit,), aspect, region, as_of, group, words=words))

    return answered


def show_gaps(db: Connection, args: argparse.Namespace) -> None:
    found, (counts, every) = gaps(db, _since(args)), totals(db, _since(args))
    names = Names(knowledge())
    if args.json:
        rows = [
            {"kind": g.kind, "region": g.region, "region_name": names.place(g.region) or None, "benefit": g.benefit,
             "benefit_name": names.benefit(g.benefit) or None, "aspect": g.aspect, "aspect_name": names.aspect(g.aspect) or None,
             "questions": g.questions, "conversations": g.conversations, "last_asked": local(g.last_asked).date().isoformat(),
             "example": g.example}
            for g in found
        ]
        print(json.dumps({"questions": every, "missing": counts, "gaps": rows}, ensure_ascii=False, indent=2))
        return
    print(text("gaps_all", every=every, missing=sum(counts.values())))
    for kind in KINDS:
        rows = [g for g in found if g.kind == kind]
        if rows:
            print(f"\n{text('gap_' + kind)}（{counts[kind]}）")
        for g in rows:
            place = names.place(g.region) or text("gaps_no_place")
            about = " ".join(filter(None, (place, names.benefit(g.benefit), names.aspect(g.aspect))))
            quoted = text("gaps_quoted", words=g.example) if g.example else ""
            asked = text("gaps_asked", questions=g.questions, conversations=g.conversations, day=local(g.last_asked).date())
            print(f"  {about}　{asked}{quoted}")
    if any(g.example is None for g in found):
        print()
        print(text("gaps_words", least=QUOTED_FROM))
