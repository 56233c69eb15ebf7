"""``python -m bot switch`` and ``notice``: an operator says something to everybody from a terminal."""

from __future__ import annotations

import datetime as dt
import ipaddress
import sys

import pytest

from bot import operating
from bot.__main__ import main
from bot.settings import BadSetting, Settings
from desk import service
from desk.store import open_store

WHY = "系统维护，预计14:00恢复"


@pytest.fixture
def url(tmp_path, monkeypatch) -> str:
    address = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("HUIMIN_DESK_URL", address)
    monkeypatch.setattr(operating, "today", lambda: dt.date(2026, 12, 1))
    return address


@pytest.fixture
def bot(url, monkeypatch, capsys):
    """Run a command; gives (exit status, what it printed, what it complained of)."""

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bot", *args])
        try:
            status = main()
        except SystemExit as error:
            status = error.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def standing(url):
    def look() -> service.Standing:
        engine = open_store(url)
        with engine.begin() as db:
            found = service.standing(db)
        engine.dispose()
        return found

    return look


def test_off_keeps_the_reason_who_and_since_when(bot, standing):
    assert bot("switch", "off", "--why", WHY, "--as", "王芳")[0] == 0
    off = standing().off
    assert (off.text, off.who) == (WHY, "王芳")
    assert off.since.tzinfo


def test_off_says_what_residents_are_told(bot):
    assert WHY in bot("switch", "off", "--why", WHY)[1]


def test_off_again_replaces_the_reason(bot, standing):
    bot("switch", "off", "--why", "维护")
    bot("switch", "off", "--why", "还在维护")
    assert standing().off.text == "还在维护"


def test_on_switches_it_on_however_it_stood(bot, standing):
    for before in (["switch", "off", "--why", WHY], ["switch", "on"]):
        bot(*before)
        assert bot("switch", "on") == (0, "使用中\n", "")
        assert standing().off is None


def test_status_tells_how_it_stands_and_changes_nothing(bot, standing):
    assert bot("switch", "status")[1] == "使用中\n"
    bot("switch", "off", "--why", WHY)
    before = standing()
    assert WHY in bot("switch", "status")[1]
    assert standing() == before


@pytest.mark.parametrize("args", [["off"], ["off", "--why", ""], ["off", "--why", "   "], ["off", "--why", "停" * 301]])
def test_without_a_reason_that_can_be_told_it_stays_on(bot, standing, args):
    status, _, complaint = bot("switch", *args)
    assert (status, standing().off) == (2, None)
    assert complaint


def test_a_notice_is_put_up_with_its_last_day(bot, standing):
    status, said, _ = bot("notice", "本周六照常办公", "--until", "2026-12-05")
    assert (status, standing().notice.until) == (0, dt.date(2026, 12, 5))
    assert "2026-12-05" in said


def test_a_notice_may_have_no_last_day(bot, standing):
    bot("notice", "本周六照常办公")
    assert standing().notice.until is None


def test_a_notice_is_one_line(bot, standing):
    bot("notice", "  本周六\n照常办公\t")
    assert standing().notice.text == "本周六 照常办公"


def test_clear_takes_it_down_and_leaves_the_switch(bot, standing):
    bot("switch", "off", "--why", WHY)
    bot("notice", "本周六照常办公")
    assert bot("notice", "--clear")[1] == "没有通知\n"
    assert standing().notice is None
    assert standing().off


def test_without_words_the_notice_there_is_is_shown(bot):
    assert bot("notice")[1] == "没有通知\n"
    bot("notice", "本周六照常办公")
    assert "本周六照常办公" in bot("notice")[1]


def test_a_notice_that_is_over_is_said_to_be_over(bot, monkeypatch):
    bot("notice", "本周六照常办公", "--until", "2026-12-05")
    monkeypatch.setattr(operating, "today", lambda: dt.date(2026, 12, 6))
    assert "已过期" in bot("notice")[1]


@pytest.mark.parametrize(
    "args", [["", "--until", "2026-12-05"], ["x" * 301], ["办公", "--until", "2026-11-30"], ["办公", "--until", "明天"],
             ["办公", "--until", "2026-13-01"], ["--until", "2026-12-05"], ["办公", "--clear"]]
)
def test_a_notice_that_makes_no_sense_is_not_put_up(bot, standing, args):
    status, _, complaint = bot("notice", *args)
    assert (status, standing().notice) == (2, None)
    assert complaint


def test_a_store_that_cannot_be_opened_is_a_sentence(bot, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HUIMIN_DESK_URL", f"sqlite:////proc/no/{tmp_path.name}.db")
    monkeypatch.setattr("policy_kb.settings._with_folder", lambda url, *default: url)
    status, _, complaint = bot("switch", "status")
    assert status == 1
    assert "数据库" in complaint
    assert "Traceback" not in complaint


# —— the operator's settings ——


def test_addresses_and_networks_may_look_at_the_metrics(monkeypatch):
    monkeypatch.setenv("HUIMIN_METRICS_ALLOW", "10.1.2.3, 192.168.1.7/24,2001:db8::/32,")
    expected = {ipaddress.ip_network(n) for n in ("10.1.2.3", "192.168.1.0/24", "2001:db8::/32")}
    assert set(Settings.from_environment().metrics_allow) == expected


@pytest.mark.parametrize(
    ("name", "given"),
    [("HUIMIN_METRICS_ALLOW", "prometheus.local"), ("HUIMIN_LOG_LEVEL", "LOUD"), ("HUIMIN_LOG_FORMAT", "xml"),
     ("HUIMIN_STOP_TIMEOUT", "soon"), ("HUIMIN_STOP_TIMEOUT", "601")],
)
def test_a_setting_that_makes_no_sense_is_named(monkeypatch, name, given):
    monkeypatch.setenv(name, given)
    with pytest.raises(BadSetting, match=name):
        Settings.from_environment()


@pytest.mark.parametrize(("given", "level"), [("debug", "DEBUG"), ("Warning", "WARNING"), ("", "INFO")])
def test_the_level_may_be_written_small(monkeypatch, given, level):
    monkeypatch.setenv("HUIMIN_LOG_LEVEL", given)
    assert Settings.from_environment().log_level == level
