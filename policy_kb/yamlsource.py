"""Read YAML files so that every mistake can be shown with file and line, in Chinese."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from policy_kb.schema import DataFile


@dataclass(frozen=True)
class Problem:
    """One mistake in the data: where it stands and what is wrong with it."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class DataError(Exception):
    """The data cannot be loaded; ``problems`` lists every mistake found."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Source:
    """One checked file and where each part of it stands."""

    file: Path
    data: DataFile
    lines: dict[tuple, int]

    def line(self, *path) -> int:
        """The line of the innermost known part of ``path``."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


_MESSAGES = {
    "missing": "缺少必填项",
    "extra_forbidden": "没有这个字段名，请检查拼写",
    "string_type": "应当是文字",
    "string_too_short": "不能为空",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "float_type": "应当是数字",
    "float_parsing": "应当是数字",
    "bool_type": "应当是 true 或 false",
    "bool_parsing": "应当是 true 或 false",
    "list_type": "应当是列表",
    "too_short": "列表不能为空",
    "greater_than": "太小了",
    "greater_than_equal": "太小了",
    "less_than_equal": "太大了",
    "dict_type": "应当是“名称: 值”的形式",
    "model_type": "应当是“名称: 值”的形式",
    "date_type": "应当是日期，例如 2018-12-31",
    "date_parsing": "应当是日期，例如 2018-12-31",
    "date_from_datetime_parsing": "应当是日期，例如 2018-12-31",
    "date_from_datetime_inexact": "应当是日期，例如 2018-12-31",
}


class _NoDuplicateKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML 1.1 lets the later of two equal keys win silently; a figure could vanish that way."""


def _mapping(loader: _NoDuplicateKeys, node: yaml.MappingNode) -> dict:
    seen: set = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "字段名要写成文字，有花括号或方括号的要加引号", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"字段 {key.value} 写了两次", key.start_mark)
        seen.add(key.value)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _date(loader: _NoDuplicateKeys, node: yaml.ScalarNode) -> Any:
    try:
        return yaml.SafeLoader.construct_yaml_timestamp(loader, node)
    except ValueError:
        raise yaml.constructor.ConstructorError(None, None, f"字段的日期 {node.value} 不存在", node.start_mark) from None


_NoDuplicateKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_NoDuplicateKeys.add_constructor("tag:yaml.org,2002:timestamp", _date)


def _positions(node: yaml.Node | None, path: tuple = ()) -> dict[tuple, int]:
    if node is None:
        return {}
    found = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            found.update(_positions(value, (*path, key.value)))
            found[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found.update(_positions(value, (*path, index)))
    return found


def _explain(error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    given = error.get("input")
    if error["type"] == "value_error":
        what = str(error["ctx"]["error"])
    elif error["type"] == "literal_error":
        what = f"只能是 {error['ctx']['expected'].replace(' or ', ' 或 ')}，现在是 {given!r}"
    elif error["type"] == "string_pattern_mismatch":
        what = f"格式不对：{given!r}（应符合 {error['ctx']['pattern']}）"
    elif error["type"] in _MESSAGES:
        what = _MESSAGES[error["type"]]
        if error["type"] not in {"missing", "extra_forbidden"}:
            what += f"，现在是 {given!r}"
    else:
        what = error["msg"]
    return f"{where}：{what}" if where else what


def read_file(file: Path) -> Source:
    """Read and check one file. Raises :class:`DataError` with every mistake of its form."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise DataError([Problem(file, line, "不是 UTF-8 编码，请另存为 UTF-8")]) from None
    except OSError as error:
        raise DataError([Problem(file, 1, f"读不了这个文件：{error.strerror}")]) from None
    try:
        reader = _NoDuplicateKeys(text)
        root = reader.get_single_node()
        raw = None if root is None else reader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = error.problem or "不是有效的 YAML"
        if "字段" not in message:
            message = f"YAML 写法有误（{message}），请检查缩进、冒号后的空格和引号"
        raise DataError([Problem(file, mark.line + 1 if mark else 1, message)]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise DataError([Problem(file, 1, f"YAML 写法有误：{error}")]) from None
    lines = _positions(root)
    source_lines = Source(file, DataFile(), lines)
    try:
        data = DataFile.model_validate({} if raw is None else raw)
    except ValidationError as error:
        raise DataError(
            [Problem(file, source_lines.line(*e["loc"]), _explain(e)) for e in error.errors()]
        ) from None
    return Source(file, data, lines)


def read_folders(folders: list[Path]) -> list[Source]:
    """Read every ``*.yaml`` below ``folders`` in a fixed order. Raises :class:`DataError` with all mistakes."""
    sources, problems = [], []
    for folder in folders:
        if not folder.exists():
            problems.append(Problem(folder, 1, "没有这个文件夹或文件"))
            continue
        for file in yaml_files(folder):
            try:
                sources.append(read_file(file))
            except DataError as error:
                problems += error.problems
    if problems:
        raise DataError(problems)
    return sources


def yaml_files(folder: Path) -> list[Path]:
    """The data files of a folder (or the one file named), in loading order."""
    if folder.is_file():
        return [folder]
    return sorted(p for pattern in ("*.yaml", "*.yml") for p in folder.rglob(pattern))


def content_hash(folders: list[Path]) -> str:
    """A hash over names and bytes of all data files: equal when nothing changed."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in yaml_files(folder):
            digest.update(f"{file.name}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
