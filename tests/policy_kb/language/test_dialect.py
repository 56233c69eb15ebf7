"""The table of dialect words says nothing twice and takes no word apart."""

from __future__ import annotations

import pytest
import rjieba
import yaml

from policy_kb.language import dialect, plain


def test_no_word_is_listed_twice():
    lines = [line.split(":")[0].strip() for line in dialect.TABLE.read_text("utf-8").splitlines() if line.startswith("  ")]
    assert len(lines) == len(set(lines))


def test_what_a_word_means_is_not_itself_in_need_of_reading():
    table = yaml.safe_load(dialect.TABLE.read_text("utf-8"))
    meant = {word for words in table.values() for word in words.values()}
    assert [m for m in meant if m and plain(m) != m] == []


@pytest.mark.parametrize("typed", ["联系方式", "唔使急", "咋舌", "伐木工人", "中不溜", "没得到", "好多了", "系统"])
def test_parts_of_other_words_are_left_alone(typed):
    assert plain(typed) in {typed, "不用急"}


def test_hardly_any_common_word_is_changed(shipped):
    """Words of our own statements, as the dictionary cuts them; 长者 is both, and an old person either way."""
    words = {w for p in shipped.provisions for w in rjieba.cut(p.statement, False) if len(w) > 1}
    assert [w for w in words if dialect.find(w)] in ([], ["长者"])
