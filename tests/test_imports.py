"""Who may import whom: the table of the house, checked on every import there is, those inside functions too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("policy_kb", "desk", "bot", "actions", "tests", "benchmarks")
MAY_IMPORT = {"policy_kb": set(), "desk": {"policy_kb"}, "actions": {"policy_kb"}, "bot": {"policy_kb", "desk"}}
RASA = ("rasa", "rasa_sdk")
# Never Rasa, neither themselves nor through our own modules: they must run without it on a newer Python.
WITHOUT_RASA = (
    "bot.gateway", "desk", "policy_kb", "bot.launcher", "bot.preparation", "bot.client", "bot.training", "bot.settings",
    "bot.masking", "bot.children",
)


def module_name(file: Path, root: Path) -> str:
    """bot/gateway/__init__.py → bot.gateway."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(file: Path, root: Path = ROOT) -> Iterator[str]:
    """Every module that the file imports, wherever in it: ``from a import b`` gives a and a.b."""
    package = module_name(file, root).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if called in {"import_module", "__import__"}:
                yield str(node.args[0].value)


def files_of(room: str, root: Path = ROOT) -> list[Path]:
    return sorted((root / room).rglob("*.py"))


def forbidden(room: str, root: Path = ROOT) -> list[str]:
    """Imports of a room that the table does not allow, as file: module."""
    others = set(ROOMS) - {room} - MAY_IMPORT[room]
    found = ((f, name) for f in files_of(room, root) for name in imports_of(f, root))
    return sorted({f"{f.relative_to(root)}: {name}" for f, name in found if name.split(".")[0] in others})


def ways_to_rasa(start: str, root: Path = ROOT) -> list[str]:
    """The chains of our own modules by which importing ``start``, or anything below it, imports Rasa."""
    modules = {module_name(f, root): f for room in MAY_IMPORT for f in files_of(room, root)}
    ways, seen = [], set()
    waiting = [(name, name) for name in modules if name == start or name.startswith(f"{start}.")]
    while waiting:
        name, way = waiting.pop()
        if name in seen or name not in modules:
            continue
        seen.add(name)
        parents = [name.rsplit(".", n)[0] for n in range(1, name.count(".") + 1)]
        for imported in [*parents, *imports_of(modules[name], root)]:
            if imported.split(".")[0] in RASA:
                ways.append(f"{way} → {imported}")
            waiting.append((imported, f"{way} → {imported}"))
    return sorted(ways)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_the_table_allows(room):
    assert files_of(room)
    assert not forbidden(room)


@pytest.mark.parametrize("start", WITHOUT_RASA)
def test_what_runs_outside_rasa_never_imports_it(start):
    assert (ROOT / start.replace(".", "/")).is_dir() or (ROOT / start.replace(".", "/")).with_suffix(".py").is_file()
    assert not ways_to_rasa(start)


# —— the checker itself ——


@pytest.fixture
def house(tmp_path: Path):
    """``house({"desk/a.py": "import os"})``: files of a made-up house."""

    def build(files: dict[str, str]) -> Path:
        for name, text in {"bot/__init__.py": "", "desk/__init__.py": "", **files}.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return build


@pytest.mark.parametrize(
    "text",
    [
        "import bot", "import bot.settings", "import os, bot.settings as s", "from bot import settings",
        "from bot.settings import x", "def f():\n    from bot import settings", "class A:\n    def f(self):\n        import bot",
        "if 0:\n    import bot", "try:\n    import bot\nexcept ImportError:\n    pass", "from actions.base import x",
        "import importlib\nimportlib.import_module('bot.settings')", "__import__('bot')",
    ],
)
def test_a_wrong_import_is_found_however_it_is_written(house, text):
    assert forbidden("desk", house({"desk/inner/wrong.py": text}))


@pytest.mark.parametrize(
    "text", ["import os", "import policy_kb", "from desk import a", "from . import a", "import botany", "x = 'import bot'"]
)
def test_a_right_import_is_not_complained_about(house, text):
    assert not forbidden("desk", house({"desk/right.py": text}))


@pytest.mark.parametrize(
    "files",
    [
        {"bot/gateway/a.py": "import rasa"},
        {"bot/gateway/a.py": "def f():\n    from rasa_sdk import Action"},
        {"bot/gateway/a.py": "from bot.gateway import b", "bot/gateway/b.py": "from bot.nlu import c",
         "bot/nlu/c.py": "import rasa.core"},
        {"bot/gateway/a.py": "from ..nlu.c import x", "bot/nlu/c.py": "import rasa"},
        {"bot/__init__.py": "import rasa", "bot/gateway/a.py": "import os"},
        {"bot/gateway/a.py": "import desk.a", "desk/a.py": "from rasa import x"},
    ],
)
def test_a_way_to_rasa_is_found_however_long_it_is(house, files):
    assert ways_to_rasa("bot.gateway", house(files))


@pytest.mark.parametrize(
    "files", [{"bot/gateway/a.py": "import os"}, {"bot/nlu/a.py": "import rasa", "bot/gateway/a.py": "import rasam"}]
)
def test_where_there_is_no_way_to_rasa_none_is_found(house, files):
    assert not ways_to_rasa("bot.gateway", house(files))
