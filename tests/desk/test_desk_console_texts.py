"""Every sentence of the console is said somewhere, and none is said that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

import desk
from desk import audit, gaps, to_review
from desk.permissions import PERMISSIONS, ROLES
from desk.queue import SHOWS
from desk.tables import CASE_STATUSES, MARKS
from desk.web.pages import NAVIGATION, SAID

ROOM = Path(desk.__file__).parent
TEXTS = {
    name: said for file in ("texts.yaml", "case_texts.yaml", "review_texts.yaml")
    for name, said in yaml.safe_load((ROOM / "web" / file).read_text(encoding="utf-8")).items()
}
TERMINAL = yaml.safe_load((ROOM / "texts.yaml").read_text(encoding="utf-8"))
CODE = "\n".join(f.read_text(encoding="utf-8") for f in [*ROOM.rglob("*.py"), *ROOM.rglob("*.html")])
# Why a marked answer is not exported, as the tests of the export name them.
LEFT_OUT = ("pressed", "masked", "named", "not_by_bot", "after_handoff", "place_changed", "content", "no_right_one", "no_base", "twice",
            "goes_on", "markup", "held_out", "known")
MADE = (
    {f"role_{role}" for role in ROLES} | {f"did_{what}" for what in audit.ACTIONS} | {f"said_{name}" for name in SAID}
    | {f"stop_{why}" for why in re.findall(r'Stopped\(\d+, "(\w+)"', CODE)}
    | {f"queue_{show}" for show in SHOWS} | {f"case_status_{status}" for status in CASE_STATUSES}
    | {f"case_verdict_{verdict}" for verdict in ("likely", "unlikely", "undetermined")}
    | {f"case_{sender}" for sender in ("resident", "bot", "system")}
    | {f"why_{why}" for why in to_review.WHYS} | {f"review_show_{show}" for show in to_review.SHOWS} | {f"mark_{mark}" for mark in MARKS}
    | {f"gap_{kind}" for kind in gaps.KINDS} | {"export_tests", "export_examples"} | {f"export_{why}" for why in LEFT_OUT}
    | {f"state_{name}" for name in ("disabled", "invited", "must_change", "active", "locked")}
)


def test_every_sentence_is_said():
    assert {name for name in TEXTS if name not in MADE and not re.search(rf'"{name}"', CODE)} == set()


def test_every_sentence_that_is_said_is_there():
    said = set(re.findall(r'\btext\("(\w+)"[,)]', CODE)) | set(re.findall(r'NotPossible\("([a-z_]+)"', CODE)) | MADE
    assert said - TEXTS.keys() - TERMINAL.keys() == set()
    assert not TEXTS.keys() & TERMINAL.keys()


def test_the_navigation_names_permissions_that_there_are():
    assert {needs for _, _, needs in NAVIGATION} <= PERMISSIONS.keys()
