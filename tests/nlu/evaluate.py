"""Score the trained assistant on what is held out: ``make evaluate``.

Writes ``var/evaluation/report.md`` with pictures and lists of the mistakes, and prints a summary. ``--write-docs`` writes
``docs/evaluation.md`` anew; ``--no-service`` leaves out queries and conversations, for a first look in half a minute.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import yaml

from bot import training
from policy_kb import shared_reader
from policy_kb.settings import ROOT, kb_url, var_folder
from tests.nlu import report
from tests.nlu.held_out import HALVES, Utterance, held_out, noisy, unseen
from tests.nlu.measured import Counts, Measured, Mistake, Part
from tests.nlu.pipeline import Parsed, parse
from tests.nlu.places import with_full_names
from tests.processes.held_out import scoring
from tests.service import Service

DOCS = ROOT / "docs"
IN_DOCS = ("confusion", "noise")


def parts(model: Path) -> Measured:
    """What the pipeline makes of the utterances that it was not trained on."""
    kb = shared_reader(kb_url()).get()
    labelled = [with_full_names(kb, noisy(half)) for half in HALVES]
    plain = unseen(replace(u, text=u.plain or u.text) for one in labelled for u in one)
    sets = [unseen(one) for one in (held_out(), *labelled)]
    texts = [u.text for one in (*sets, plain) for u in one]
    parses = dict(zip(texts, parse(model, texts)))

    def part(name: str, utterances: list[Utterance], secret: bool = False) -> Part:
        found: list[Parsed] = [parses[u.text] for u in utterances]
        return Part(name, utterances, found, secret)

    return Measured(
        part("held_out.yml", sets[0]), part("noisy dev", sets[1]), part("noisy test", sets[2], secret=True),
        part("in plain words", plain, secret=True),
    )


def through_service() -> tuple[dict[tuple[str, str], Counts], tuple[Mistake, ...]]:
    """The counts of queries and conversations, and what went wrong in those that may be looked at."""
    counts: dict[tuple[str, str], Counts] = {}
    mistakes: list[Mistake] = []
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder)).start()
        try:
            for half in scoring.PARTS:
                for score in (scoring.queries, scoring.conversations):
                    what = score.__name__
                    counts[half, what], missed = score(service, f"{what}_{half}")
                    if half not in scoring.UNSEEN:
                        mistakes += [Mistake(f"{what} {half}", "answer", "", m.said, m.wanted, m.came) for m in missed]
        finally:
            service.stop()
    return counts, tuple(mistakes)


def actions_of_intents() -> dict[str, str]:
    """The action that the rules name first for each intent."""
    found: dict[str, str] = {}
    for rule in yaml.safe_load((ROOT / "nlu_data" / "rules.yml").read_text(encoding="utf-8"))["rules"]:
        first, then = rule["steps"][:2]
        if "intent" in first and not rule.get("condition"):
            found.setdefault(first["intent"], then["action"])
    return found


def write(measured: Measured, actions: dict[str, str], folder: Path) -> None:
    """Everything into ``folder``, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in report.pictures(measured).items():
        draw(folder / f"{name}.png")
    mistakes = measured.mistakes()
    (folder / "report.md").write_text(report.full(measured, actions), encoding="utf-8")
    (folder / "errors.md").write_text(report.errors_page(mistakes), encoding="utf-8")
    report.write_errors_csv(mistakes, folder / "errors.csv")


def write_docs(measured: Measured, actions: dict[str, str]) -> None:
    (DOCS / "evaluation.md").write_text(report.page(measured, actions), encoding="utf-8")
    draw = report.pictures(measured)
    for name in IN_DOCS:
        draw[name](DOCS / "images" / f"evaluation-{name}.png")


def main() -> int:
    parser = argparse.ArgumentParser(description="score the assistant on the held-out utterances")
    parser.add_argument("--no-service", action="store_true", help="leave out queries and conversations")
    parser.add_argument("--write-docs", action="store_true", help="write docs/evaluation.md anew")
    arguments = parser.parse_args()
    if arguments.write_docs and arguments.no_service:
        parser.error("docs/evaluation.md holds the scores of the service too")
    measured, actions = parts(training.train_if_needed()), actions_of_intents()
    if not arguments.no_service:
        counts, mistakes = through_service()
        measured = replace(measured, service=counts, service_mistakes=mistakes)
    folder = var_folder() / "evaluation"
    write(measured, actions, folder)
    if arguments.write_docs:
        write_docs(measured, actions)
    for text in (report.summary(measured, actions), report.entities(measured), report.service(measured)):
        print(text, end="\n\n")
    print(f"{len(measured.mistakes())} mistakes listed; the report is {folder / 'report.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
