"""Train the assistant when its data changed, and only then. A model is named by what it was trained from."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from policy_kb.settings import ROOT, var_folder

KEPT_MODELS = 3


class TrainingFailed(Exception):
    """Rasa could not train; the message says where its output is."""


def inputs() -> list[Path]:
    """Everything the model depends on. Names and aliases do not count: they are matched at run time."""
    found = [ROOT / "config.yml", *(ROOT / "domain").rglob("*.yml"), *(ROOT / "nlu_data").rglob("*.yml")]
    found += [*(ROOT / "bot" / "nlu").glob("*.py"), *(ROOT / "policy_kb" / "language").glob("*.[py]*")]
    return sorted(found)


def fingerprint() -> str:
    digest = hashlib.sha256()
    for file in inputs():
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def model_file() -> Path:
    return var_folder() / "models" / f"huimin-{fingerprint()}.tar.gz"


def needed() -> bool:
    return not model_file().exists()


def train_if_needed() -> Path:
    """The model for the data as it is now, trained first where there is none. Raises :class:`TrainingFailed`."""
    model = model_file()
    if model.exists():
        return model
    folder = model.parent
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "train.log"
    command = [
        sys.executable, "-W", "ignore", "-m", "bot.rasa_host.train", "--config", "config.yml", "--domain", "domain", "--data",
        "nlu_data", "--out", str(folder), "--fixed-model-name", f"{model.name.removesuffix('.tar.gz')}-new",
        # Rasa would take what it trained before from its cache wherever a component's own class is the same, whatever it imports.
        "--skip-validation", "--force",
    ]
    environment = os.environ | {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    with log.open("wb") as out:
        status = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=environment,
                                stdin=subprocess.DEVNULL).returncode
    made = folder / f"{model.name.removesuffix('.tar.gz')}-new.tar.gz"
    if status or not made.exists():
        raise TrainingFailed(f"rasa train 退出码 {status}，详细输出在 {log}")
    made.rename(model)
    for old in sorted(folder.glob("huimin-*.tar.gz"), key=lambda f: f.stat().st_mtime)[:-KEPT_MODELS]:
        old.unlink()
    return model
