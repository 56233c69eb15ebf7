"""The page on rules does what it says: its rule loads, its mistakes are found, its households get the verdicts shown."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import shlex
import sys
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from policy_kb import Reader, open_engine, yamlsource
from policy_kb import __main__ as program
from policy_kb.eligibility.evaluate import Screening
from policy_kb.eligibility.facts import read_household
from policy_kb.eligibility.reading import heard
from policy_kb.eligibility.schema import OPERATORS, ConditionSpec, EstimateSpec, ParameterSpec
from policy_kb.eligibility.verdicts import Verdict
from policy_kb.loader import SHIPPED, read_knowledge
from tests.gateway.house import Street
from tests.policy_kb.eligibility.oracles import Oracle, differences

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "zh" / "eligibility-rules.md").read_text(encoding="utf-8")
ENGINEERS = (DOCS / "eligibility.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`((?:mine/)?[\w.]+)`：\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
VERDICTS = {"可能符合": "likely", "可能不符合": "unlikely", "还不能判断": "undetermined"}
BENEFIT, DISTRICT = "old_age_allowance", "445303"


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under this row of headings, without the quotes of code."""
    table = PAGE.split(f"| {heading} |\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip().strip("`") for cell in line.strip("| ").split(" | ")] for line in table]


def block(key: str) -> str:
    """The YAML block that begins with ``key``."""
    return re.search(rf"^```yaml\n({re.escape(key)}.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[1]


def consoles() -> list[tuple[str, list[str]]]:
    """Every command of the page with the lines shown below it."""
    return [(lines[0].removeprefix("$ "), lines[1:]) for lines in map(str.splitlines, CONSOLE.findall(PAGE))]


read_from_disk = yamlsource.read_file
shipped_file = lru_cache(maxsize=None)(read_from_disk)


@pytest.fixture(autouse=True)
def _shipped_files_parsed_once(monkeypatch):
    """Each command reads the shipped files anew; here they are parsed once for all."""
    monkeypatch.setattr(
        yamlsource, "read_file", lambda file: (shipped_file if file.is_relative_to(SHIPPED) else read_from_disk)(file)
    )


@pytest.fixture
def officer(tmp_path, monkeypatch) -> Path:
    """A folder with the page's files in it and stores of its own."""
    for variable in ("HUIMIN_DESK_URL", "HUIMIN_SECRET_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("HUIMIN_KB_URL", f"sqlite:///{tmp_path / 'kb.db'}")
    monkeypatch.chdir(tmp_path)
    assert list(FILES) == ["mine/gaoling.yaml", "ask.json"]
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def with_mine(officer):
    """The shipped base with the page's folder."""
    return read_knowledge([SHIPPED, officer / "mine"])


def run(command: str, monkeypatch) -> int:
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "policy_kb"]
    monkeypatch.setattr(sys, "argv", words[2:])
    return program.main()


async def asked_of_the_api(body: str) -> dict:
    """What ``POST /api/eligibility`` answers from the store that was loaded."""
    reader = Reader(open_engine(f"sqlite:///{Path('kb.db').resolve()}", read_only=True))
    async with Street(reader).open() as house, house.client.post("/api/eligibility", data=body.encode()) as got:
        assert got.status == 200, await got.text()
        return await got.json()


def test_every_command_of_the_page_does_what_is_shown(officer, monkeypatch, capsys):
    wrong = re.search(r"把 `(.+?)` 写成 `(.+?)`", PAGE)
    mine, failed, spoken = officer / "mine" / "gaoling.yaml", 0, 0
    for command, lines in consoles():
        if command.startswith("curl "):
            file = re.search(r"/api/eligibility -d @(\S+) ", command)[1]
            found = asyncio.run(asked_of_the_api((officer / file).read_text(encoding="utf-8")))
            assert found["benefits"][0]["text"].splitlines() == lines
            spoken += 1
            continue
        misspelt = any(line.startswith("mine/") for line in lines)
        if misspelt:
            text = mine.read_text(encoding="utf-8")
            assert text.count(wrong[1]) == 1
            mine.write_text(text.replace(wrong[1], wrong[2]), encoding="utf-8")
        assert run(command, monkeypatch) == int(misspelt), command
        out, err = capsys.readouterr()
        assert not [line for line in lines if line not in out + err], (command, out, err)
        assert not misspelt or err.splitlines() == lines
        if misspelt:
            mine.write_text(text, encoding="utf-8")
            failed += 1
    assert (failed, spoken) == (1, 1)


@pytest.mark.parametrize(("before", "after", "message"), rows("原来 | 写成了 | `lint` 说"))
def test_a_mistake_of_the_table_is_found(officer, before, after, message):
    text = FILES["mine/gaoling.yaml"]
    assert before in text
    (officer / "mine" / "gaoling.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(yamlsource.DataError) as caught:
        read_knowledge([SHIPPED, officer / "mine"])
    assert message in str(caught.value)
    assert all(p.file.name == "gaoling.yaml" for p in caught.value.problems)


@pytest.mark.parametrize(("day", "facts", "verdict"), rows("哪一天 | 情况 | 结论"))
def test_a_household_of_the_table_gets_the_verdict_shown(with_mine, day, facts, verdict):
    household = read_household(with_mine, json.loads(facts))
    found = Screening(with_mine, household, DISTRICT, dt.date.fromisoformat(day)).verdict(BENEFIT)
    assert found.verdict == VERDICTS[verdict]


def test_elsewhere_the_countrys_rule_stays(with_mine):
    household = read_household(with_mine, {"applicant_age": 80})
    rules = {r: Screening(with_mine, household, r, dt.date(2026, 3, 1)).verdict(BENEFIT).rule for r in (DISTRICT, "440100")}
    assert rules == {DISTRICT: "yunan-old-age-allowance", "440100": BENEFIT}


def test_a_provinces_rule_leaves_out_the_district_that_has_its_own(with_mine):
    own = next(r for r in with_mine.rules if r.id == "yunan-old-age-allowance")
    for first in (True, False):
        province = own.model_copy(update={"id": "province", "within": ["440000"], "outside": [DISTRICT]})
        kb = replace(with_mine, rules=(province, *with_mine.rules) if first else (*with_mine.rules, province))
        household = read_household(kb, {})
        assert [Screening(kb, household, r, dt.date(2026, 3, 1)).verdict(BENEFIT).rule for r in (DISTRICT, "440100")] == [
            own.id, "province"]


def test_every_operator_has_an_example_that_lints(officer):
    table = rows("写法 | 什么时候满足 | 例子")
    assert {name for name, _, _ in table} == {o.rstrip("_") for o in OPERATORS}
    conditions = []
    for name, _, example in table:
        given = yaml.safe_load(example)
        assert ConditionSpec.model_validate(given).operator.rstrip("_") == name
        conditions.append({"id": name, "text": name, **given})
    rule = yaml.safe_load(FILES["mine/gaoling.yaml"])["rules"][0]
    rule |= {"conditions": conditions, "estimate": None, "parameters": {"line": yaml.safe_load(block("parameters:"))["parameters"]["line"]}}
    (officer / "mine" / "all.yaml").write_text(yaml.safe_dump({"rules": [rule | {"id": "all-operators"}]}), encoding="utf-8")
    read_knowledge([SHIPPED, officer / "mine"])


def test_the_parameters_and_the_kinds_of_estimate_are_those_there_are():
    for given in yaml.safe_load(block("parameters:"))["parameters"].values():
        ParameterSpec.model_validate(given)
    kinds = [cell.split(":")[0] for cell, _ in rows("写法 | 估多少")]
    assert set(kinds) == set(EstimateSpec.model_fields) - {"fact", "additions", "unit", "period"}


@pytest.mark.parametrize(("said", "asked", "understood"), rows("居民说 | 问的是它吗 | 听成"))
def test_the_fact_of_the_page_is_understood_as_shown(officer, said, asked, understood):
    (officer / "mine" / "fact.yaml").write_text(block("household_facts:"), encoding="utf-8")
    kb = read_knowledge([SHIPPED, officer / "mine"])
    titles = {o.value: o.heard for o in kb.household_facts["lives_alone"].options} | {None: "没有听出来"}
    found = heard(kb, said, "lives_alone" if asked == "是" else None)
    assert titles[found.facts.get("lives_alone")] == understood


@pytest.mark.parametrize("case", yaml.safe_load(block("- name:")), ids=lambda c: c["name"])
def test_the_cases_of_the_page_hold(with_mine, case):
    given = {k: v for k, v in case.items() if k != "why"}
    oracle = Oracle(BENEFIT, **given | {"missing": tuple(given.get("missing", ()))})
    assert list(differences(with_mine, oracle)) == []


# —— docs/eligibility.md ——


def holds(shown: object, real: object) -> bool:
    """Whether everything shown is in what is real; lists may show some of their items."""
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(k in real and holds(v, real[k]) for k, v in shown.items())
    if isinstance(shown, list):
        return isinstance(real, list) and all(any(holds(s, r) for r in real) for s in shown)
    return shown == real


def test_the_request_for_engineers_is_answered_as_shown(officer, monkeypatch, capsys):
    asked, shown = re.findall(r"^```json\n(.*?)^```$", ENGINEERS, re.DOTALL | re.MULTILINE)
    assert run("python -m policy_kb load --shipped", monkeypatch) == 0, capsys.readouterr()
    real = asyncio.run(asked_of_the_api(asked))
    assert holds(json.loads(shown), real)


def test_the_fields_listed_for_engineers_are_a_verdicts():
    section = ENGINEERS.split("## A verdict", 1)[1].split("\n## ", 1)[0]
    listed = {name for cell in re.findall(r"^\| (.+?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}
    assert listed == {f.name for f in fields(Verdict)}
