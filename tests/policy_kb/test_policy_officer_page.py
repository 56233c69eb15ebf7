"""The policy officer's page does what it says: its files are written, its commands run, their output is as shown."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from policy_kb import __main__ as program
from policy_kb import yamlsource
from policy_kb.loader import SHIPPED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "zh" / "policy-officer.md"
FILE = re.compile(r"`(mine/[\w.]+)`：\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Every command of the page with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.strip():
                found[-1][1].append(line)
    return found


@pytest.fixture(autouse=True)
def _shipped_files_parsed_once(monkeypatch):
    """Each command reads the shipped files anew; here they are parsed once for all."""
    read, known = yamlsource.read_file, {}

    def read_once(file: Path):
        if not file.is_relative_to(SHIPPED):
            return read(file)
        if file not in known:
            known[file] = read(file)
        return known[file]

    monkeypatch.setattr(yamlsource, "read_file", read_once)


@pytest.fixture
def officer(tmp_path: Path, monkeypatch) -> Path:
    """A folder with the page's files in it and a store of its own."""
    monkeypatch.setenv("HUIMIN_KB_URL", f"sqlite:///{tmp_path / 'kb.db'}")
    monkeypatch.chdir(tmp_path)
    files = FILE.findall(PAGE.read_text(encoding="utf-8"))
    assert [name for name, _ in files] == ["mine/tigao.md", "mine/dibao.yaml"]
    for name, text in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_every_command_of_the_page_does_what_is_shown(officer, monkeypatch, capsys):
    shown = commands(PAGE.read_text(encoding="utf-8"))
    assert len(shown) >= 9
    for command, lines in shown:
        words = shlex.split(command)
        assert words[:3] == ["python", "-m", "policy_kb"]
        monkeypatch.setattr(sys, "argv", words[2:])
        code = program.main()
        out, err = capsys.readouterr()
        assert code == 0, (command, out, err)
        assert not [line for line in lines if line.strip() not in out], (command, out)


def test_the_superseding_entry_of_the_page_loads(officer, monkeypatch, capsys):
    block = next(b for b in re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
                 if "superseded_on" in b)
    (officer / "mine" / "old.yaml").write_text(block, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["policy_kb", "lint", "mine"])
    assert program.main() == 0, capsys.readouterr().err
