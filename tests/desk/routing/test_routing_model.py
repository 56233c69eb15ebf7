"""A model's file: the same after reading, swapped in one step, and nothing in it is executed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from desk.routing.model import BadModel, load, save
from tests.desk.routing.made import HOUSING, LABOUR, by_hand


def test_a_model_read_again_says_the_same(tmp_path):
    model, file = by_hand(), tmp_path / "routing" / "model.npz"
    save(model, file)
    again = load(file)
    assert (again.about, again.version) == (model.about, model.version)
    assert again.ranking("物业不管，老板也不管") == model.ranking("物业不管，老板也不管")
    assert [f.name for f in file.parent.iterdir()] == ["model.npz"]


def test_the_likeliest_comes_first_and_the_probabilities_are_of_the_scores():
    (first, odds), (second, rest) = by_hand().ranking("老板不发工资")
    assert (first, second) == (LABOUR, HOUSING)
    assert odds + rest == pytest.approx(1)
    # 工资 and 老板, each 1/√2 and scaled to length 1: a score of √2 for one side, −√2 for the other, times the sharpness 2.
    assert odds == pytest.approx(1 / (1 + np.exp(-2 * 2 * np.sqrt(2))))


def test_of_a_text_with_nothing_known_only_the_bias_speaks():
    assert [odds for _, odds in by_hand().ranking("xyz")] == [0.5, 0.5]


def test_width_case_and_traditional_characters_make_no_difference():
    model = by_hand()
    assert model.ranking("老板不發工資") == model.ranking("老 板不发\n工资")


def test_the_model_before_is_kept_beside(tmp_path):
    file = tmp_path / "model.npz"
    for threshold in (0.5, 0.6, 0.7):
        save(by_hand(threshold), file)
    assert load(file).about.threshold == 0.7
    assert load(tmp_path / "model.previous.npz").about.threshold == 0.6


def test_the_version_follows_the_weights():
    assert by_hand().version == by_hand().version != by_hand(0.6).version


class _Evil:
    def __reduce__(self):
        return exec, ("raise SystemExit('executed')",)


def test_a_file_with_objects_in_it_is_refused_unread(tmp_path):
    file = tmp_path / "model.npz"
    np.savez(file, about=np.array([_Evil()], dtype=object))
    with pytest.raises(BadModel):
        load(file)


def _changed(file, **changes):
    save(by_hand(), file)
    with np.load(file) as arrays:
        kept = dict(arrays)
    np.savez(file, **kept | changes)


def _about(**changes):
    about = {"format": 1, "version": "x", "classes": ["a", "b"], "words": False, "sharpness": 1, "threshold": 1,
             "trained_on": {}, "chosen": {}, "trained_at": ""}
    return np.array(json.dumps(about | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"about": _about(format=2)}, "别的版本"),
        ({"about": _about(classes=["a", "b", "c"])}, "数据不全"),
        ({"weights": np.full((4, 2), np.nan)}, "数据不全"),
        ({"keys": np.zeros(0, np.uint64)}, "数据不全"),
        ({"about": _about(more=1)}, "不是分派模型"),
        ({"about": np.array("{")}, "不是分派模型"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, changes, said):
    file = tmp_path / "model.npz"
    _changed(file, **changes)
    with pytest.raises(BadModel, match=said):
        load(file)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 no archive"])
def test_what_is_no_model_is_refused(tmp_path, content):
    file = tmp_path / "model.npz"
    file.write_bytes(content)
    with pytest.raises(BadModel):
        load(file)


def test_a_failed_write_leaves_the_model_in_use_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "model.npz"
    save(by_hand(0.5), file)

    def full(*args, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desk.routing.model.np.savez_compressed", full)
    with pytest.raises(OSError, match="No space"):
        save(replace(by_hand(0.6)), file)
    assert load(file).about.threshold == 0.5
    assert [f.name for f in tmp_path.iterdir()] == ["model.npz"]
