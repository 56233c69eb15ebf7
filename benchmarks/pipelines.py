"""Which intent classifier: accuracy, parse time, training, start and memory of each, ``make benchmark-pipelines``.

Everything else in the pipeline is the same for all. "alone" is what the classifier says, "guarded" what the pipeline says after
the guard has corrected it. Two sets that nothing was trained or tuned on: clean utterances, and noisy ones (homophones, dialect,
pinyin, typing slips). Only counts are shown, so that the noisy set stays unseen.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import yaml

from bot import training
from policy_kb.settings import ROOT, kb_url, var_folder
from tests.nlu.held_out import held_out

RESULTS = Path(__file__).resolve().parent / "results"
NOISY = ROOT / "tests" / "processes" / "held_out" / "noisy_test.yaml"
STOCK_PYTHON = ROOT / ".venv-stock" / "bin" / "python"
CHOSEN = "bot.nlu.classifier.CharacterPinyinClassifier"
TOKENIZER = "bot.nlu.tokenizer.CharacterTokenizer"
_COUNTED = [
    {"name": "RegexFeaturizer", "use_word_boundaries": False}, {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
_DIET = {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "entity_recognition": False}

# Name → tokenizer and featurizers, the classifier, and the environment it needs.
VARIANTS: dict[str, tuple[list[dict], dict, str]] = {
    "DIET, jieba": ([{"name": "JiebaTokenizer"}, *_COUNTED], _DIET, str(STOCK_PYTHON)),
    "DIET, one token a character": ([{"name": TOKENIZER}, *_COUNTED], _DIET, str(STOCK_PYTHON)),
    "Rasa's logistic regression, character n-grams": (
        [{"name": TOKENIZER}, _COUNTED[2]], {"name": "LogisticRegressionClassifier", "max_iter": 300}, str(STOCK_PYTHON),
    ),
    "ours: characters": ([{"name": TOKENIZER}], {"name": "benchmarks.variants.Characters"}, sys.executable),
    "ours: characters, pinyin": ([{"name": TOKENIZER}], {"name": "benchmarks.variants.ExactSounds"}, sys.executable),
    "ours: characters, pinyin as dialects merge it": (
        [{"name": TOKENIZER}], {"name": "benchmarks.variants.MergedSounds"}, sys.executable,
    ),
    "the same without the text masked": ([{"name": TOKENIZER}], {"name": "benchmarks.variants.WithNames"}, sys.executable),
    "the same, support vectors": ([{"name": TOKENIZER}], {"name": "benchmarks.variants.SupportVectors"}, sys.executable),
    "chosen": ([{"name": TOKENIZER}], {"name": CHOSEN}, sys.executable),
}


def sets() -> dict[str, list[tuple[str, str]]]:
    """(utterance, intent) pairs by set."""
    noisy = yaml.safe_load(NOISY.read_text(encoding="utf-8"))
    return {"clean": [(u.text, u.intent) for u in held_out()], "noisy": [(row["say"], row["intent"]) for row in noisy]}


def config_of(variant: str) -> dict:
    """Our own ``config.yml`` with another beginning and another classifier."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    first, classifier, _ = VARIANTS[variant]
    rest = [component for component in config["pipeline"] if component["name"] != TOKENIZER]
    config["pipeline"] = [*first, *(classifier if c["name"] == CHOSEN else c for c in rest)]
    return config


def trained(variant: str) -> tuple[Path, float]:
    """The variant's model for the data as it is now, and the seconds its training took (once: it is kept with the model)."""
    config = config_of(variant)
    parts = [f.read_bytes() for f in training.inputs()] + [(ROOT / "benchmarks" / "variants.py").read_bytes()]
    digest = hashlib.sha256(json.dumps(config).encode() + b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()[:16]
    folder = var_folder() / "models-variants"
    folder.mkdir(parents=True, exist_ok=True)
    model, took = folder / f"{digest}.tar.gz", folder / f"{digest}.json"
    if not took.exists():
        print(f"training: {variant}", flush=True)
        (folder / f"{digest}.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        began = time.monotonic()
        subprocess.run(
            [VARIANTS[variant][2], "-W", "ignore", "-m", "rasa", "train", "--config", folder / f"{digest}.yml", "--domain",
             "domain", "--data", "nlu_data", "--out", folder, "--fixed-model-name", digest, "--skip-validation"],
            cwd=ROOT, env=_environment(), check=True, capture_output=True,
        )
        took.write_text(json.dumps(time.monotonic() - began))
    return model, json.loads(took.read_text())


def _environment() -> dict[str, str]:
    return os.environ | {
        "RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
    }


def measure(model: Path) -> dict[str, float]:
    """Load a model and parse both sets, in this process."""
    began = time.perf_counter()
    if Path(sys.prefix).name != ".venv-stock":
        from bot.rasa_host import lean  # noqa: F401  (before Rasa)
    import rasa.core.agent  # isort: skip
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(40)
    agent = rasa.core.agent.Agent.load(str(model))

    async def parsed(text: str) -> dict:
        return await agent.parse_message(text)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(parsed("低保"))
    found: dict[str, float] = {"start_s": time.perf_counter() - began}
    times = []
    for name, pairs in sets().items():
        alone = guarded = 0
        for text, wanted in pairs:
            before = time.perf_counter()
            result = loop.run_until_complete(parsed(text))
            times.append(time.perf_counter() - before)
            alone += result["intent_ranking"][0]["name"] == wanted
            guarded += result["intent"]["name"] == wanted
        found |= {f"{name}_alone": alone / len(pairs), f"{name}_guarded": guarded / len(pairs), f"{name}_n": len(pairs)}
    smaps = Path("/proc/self/smaps_rollup").read_text()
    found["memory_mb"] = next(int(line.split()[1]) for line in smaps.splitlines() if line.startswith("Pss:")) / 1024
    return found | {"parse_ms": 1000 * statistics.median(times)}


def show(results: dict[str, dict[str, float]]) -> str:
    """A table in Markdown."""
    some = next(iter(results.values()))
    lines = [
        f"| classifier | clean, {some['clean_n']}: alone / guarded | noisy, {some['noisy_n']}: alone / guarded | parse ms "
        "| training s | start s | memory MB |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {r['clean_alone']:.3f} / {r['clean_guarded']:.3f} | {r['noisy_alone']:.3f} / {r['noisy_guarded']:.3f} "
        f"| {r['parse_ms']:.1f} | {r['training_s']:,.0f} | {r['start_s']:.1f} | {r['memory_mb']:.0f} |"
        for name, r in results.items()
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="intent classifiers beside each other")
    parser.add_argument("--only", nargs="*", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    subprocess.run([sys.executable, "-W", "ignore", "-m", "policy_kb", "load"], cwd=ROOT, check=True, capture_output=True)
    results = {}
    for name in arguments.only:
        model, seconds = trained(name)
        done = subprocess.run(
            [VARIANTS[name][2], "-W", "ignore", "-m", "benchmarks.pipelines", "--one", str(model)], cwd=ROOT, text=True,
            env=_environment() | {"HUIMIN_KB_URL": kb_url()}, check=True, capture_output=True,
        )
        results[name] = json.loads(done.stdout.splitlines()[-1]) | {"training_s": seconds}
        print(f"{name}: {results[name]}", flush=True)
    table = show(results)
    print(f"\n{table}")
    if set(results) == set(VARIANTS):
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "pipelines.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
