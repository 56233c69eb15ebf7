"""``python -m desk``: staff see and answer the cases from a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk import cases
from desk import conversations as talk
from desk.texts import text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def terminal(url):
    """Run a desk command as a process of its own; gives (exit status, what it printed, what it complained of)."""

    def run(*args: str) -> tuple[int, str, str]:
        environment = os.environ | {"HUIMIN_DESK_URL": url, "PYTHONIOENCODING": "utf-8", "HUIMIN_TIMEZONE": "Asia/Shanghai"}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "desk", *args], cwd=ROOT, env=environment, capture_output=True,
            encoding="utf-8", timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def ticket(store, incoming) -> str:
    """A resident waits for a person."""
    with store.begin() as db:
        name, message = talk.begin(db, incoming("我要找人工"))
        case = cases.open_case(
            db, name, message.id, reason="request_human", urgent=False, department="云安区民政局", summary="云安区 低保 金额"
        )
        talk.settle(db, message.id, "answered")
        talk.say(db, name, talk.Outgoing("system", "handoff", f"已为您登记，工单号 {case.ticket}。"), message.id)
    return case.ticket


def test_without_cases_the_list_says_so(desk, store):
    assert desk("cases") == (0, "没有等待处理的工单\n", "")


def test_the_list_shows_ticket_state_reason_department_and_summary(terminal, ticket):
    status, said, _ = terminal("cases")
    assert status == 0
    for part in (ticket, "等待接手", "要求人工", "云安区民政局", "云安区 低保 金额"):
        assert part in said


def test_the_list_puts_urgent_cases_first_and_marks_them(desk, store, ticket, incoming):
    with store.begin() as db:
        name, _ = talk.begin(db, incoming("有人打我"))
        urgent = cases.open_case(db, name, None, reason="danger", urgent=True, department=None, summary="").ticket
    lines = desk("cases")[1].splitlines()
    assert [urgent in lines[0], ticket in lines[1]] == [True, True]
    assert "【紧急】有人身危险" in lines[0]


def test_a_case_is_shown_with_the_whole_conversation(terminal, ticket):
    status, said, _ = terminal("show", ticket.lower())
    assert status == 0
    for part in (ticket, "要求人工", "[1] 居民", "我要找人工", "[2] 系统", "居民 登记：要求人工"):
        assert part in said


def test_a_reply_reaches_the_resident_under_the_name_given(terminal, store, ticket):
    assert terminal("reply", ticket, "您好，我来帮您。", "--as", "王芳")[0] == 0
    with store.begin() as db:
        case = cases.by_ticket(db, ticket)
        last = talk.history(db, case.conversation)[-1]
    assert (case.claimed_by, last.sender, last.text, last.data["name"]) == ("王芳", "staff", "您好，我来帮您。", "王芳")


def test_resolving_tells_the_resident_the_outcome_and_gives_the_conversation_back(terminal, store, ticket):
    assert terminal("resolve", ticket, "请带户口本到街道办理。", "--as", "王芳")[0] == 0
    with store.begin() as db:
        case = cases.by_ticket(db, ticket)
        last = talk.history(db, case.conversation)[-1]
        assert talk.get(db, case.conversation).owner == "bot"
    assert last.sender == "system"
    assert f"{ticket} 已经办结（已答复）：请带户口本到街道办理。" in last.text
    assert "。。" not in last.text


def test_a_resolved_case_is_listed_only_among_all(desk, ticket):
    desk("resolve", ticket, "请带户口本到街道办理。")
    assert ticket not in desk("cases")[1]
    assert "已办结" in desk("cases", "--all")[1]


def test_what_cannot_be_done_is_said_in_a_sentence_and_fails(desk, store, ticket):
    with store.begin() as db:
        cases.claim(db, ticket, "李强")
    status, said, complaint = desk("reply", ticket, "您好", "--as", "王芳")
    assert (status, said) == (1, "")
    assert "李强" in complaint
    assert "Traceback" not in complaint


def test_an_unknown_ticket_is_said_in_a_sentence(terminal, store):
    status, _, complaint = terminal("show", "HM-AAAAAA")
    assert status == 1
    assert "HM-AAAAAA" in complaint
    assert "Traceback" not in complaint


@pytest.mark.parametrize("command", [("reply", "{}", "  "), ("resolve", "{}", "")])
def test_an_empty_text_is_refused(desk, store, ticket, command):
    status, _, complaint = desk(*(part.format(ticket) for part in command))
    assert status == 2
    assert "不能为空" in complaint
    with store.begin() as db:
        assert cases.by_ticket(db, ticket).status == "open"


def test_a_store_that_cannot_be_opened_is_said_in_a_sentence(desk, url):
    Path(url.removeprefix("sqlite:///")).write_text("这不是数据库" * 100)
    status, _, complaint = desk("cases")
    assert status == 1
    assert "Traceback" not in complaint


def test_a_case_goes_through_every_move_by_commands(desk, store, ticket):
    steps = [
        ("claim", ticket, "--as", "王芳"), ("note", ticket, "户口本已核对", "--as", "王芳"),
        ("transfer", ticket, "李强", "请核对残疾证", "--as", "王芳"), ("claim", ticket, "--as", "李强"),
        ("release", ticket, "下班", "--as", "李强"), ("claim", ticket, "--as", "王芳"),
        ("claim", ticket, "--take-over", "--as", "主管"), ("resolve", ticket, "已约好", "--kind", "arranged", "--as", "主管"),
        ("reopen", ticket, "居民来电", "--as", "主管"), ("follow-up", ticket, "call", "2099-01-01", "--person", "李强", "--as", "主管"),
    ]
    for step in steps:
        status, said, complaint = desk(*step)
        assert (status, complaint) == (0, text("terminal_no_accounts") + "\n"), step
        assert said, step
    shown = desk("show", ticket)[1]
    for part in ("备注：户口本已核对", "转出：李强：请核对残疾证", "放回队列：下班", "主管 接过：王芳", "办结：已安排办理：已约好", "重新打开：居民来电",
                 "转给：主管", "定下日子：2099-01-01 李强 回访"):
        assert part in shown
    assert "转给主管" in desk("cases")[1]


def test_what_is_due_is_listed_and_done(desk, ticket):
    desk("follow-up", ticket, "visit", "2099-01-01", "--person", "李强", "--note", "看看房子", "--as", "王芳")
    assert desk("due") == (0, "没有到期的探访和回访\n", "")
    line = desk("due", "--until", "2099-01-01")[1]
    assert ("探访" in line, "李强" in line, "看看房子" in line, ticket in line) == (True,) * 4
    number = line.split()[0]
    assert desk("done", number, "一切都好", "--as", "李强")[0] == 0
    assert desk("done", number, "一切都好", "--as", "李强")[::2] == (1, f"编号 {number} 已经完成\n")


@pytest.mark.parametrize("wrong", [("resolve", "{}", "好", "--kind", "whatever"), ("follow-up", "{}", "call", "明天")])
def test_a_wrong_kind_or_day_is_refused_by_the_command(desk, ticket, wrong):
    with pytest.raises(SystemExit) as refused:
        desk(*(part.format(ticket) for part in wrong))
    assert refused.value.code == 2


def test_a_day_that_is_over_is_said_in_a_sentence(desk, ticket):
    assert desk("follow-up", ticket, "call", "2020-01-01")[::2] == (1, "2020-01-01 已经过去，请写今天或以后的日期\n")


def test_a_store_of_a_newer_program_is_said_in_a_sentence(desk, store):
    with store.begin() as db:
        db.execute(sa.text("UPDATE desk_alembic_version SET version_num = '9999'"))
    assert desk("cases")[::2] == (1, "工单库是更新版本的程序建立的，请用那个版本的程序打开\n")


def test_a_reader_that_goes_away_undoes_nothing_and_is_no_error_to_complain_about(store, url, ticket):
    ours, theirs = os.pipe()
    os.close(ours)
    p = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "desk", "reply", ticket, "您好", "--as", "王芳"], cwd=ROOT, text=True,
        env=os.environ | {"HUIMIN_DESK_URL": url}, stdout=theirs, stderr=subprocess.PIPE,
    )
    os.close(theirs)
    assert p.communicate(timeout=60)[1] == text("terminal_no_accounts") + "\n"
    with store.begin() as db:
        assert talk.history(db, cases.by_ticket(db, ticket).conversation)[-1].text == "您好"
