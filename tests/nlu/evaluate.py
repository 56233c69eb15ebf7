"""Score the trained assistant's intents on the held-out utterances: ``make evaluate``.

Prints accuracy, F1 per intent and every mistake. None of the utterances is in the training data; the expressions for
danger in ``emergencies.yaml`` were tuned on those of the intent ``danger``, so its recall here flatters.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import yaml

HELD_OUT = Path(__file__).parent / "held_out.yml"


def held_out() -> list[tuple[str, str]]:
    """(utterance, intent) pairs."""
    data = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))
    return [
        (line.removeprefix("- ").strip(), block["intent"])
        for block in data["nlu"]
        for line in block["examples"].splitlines()
        if line.strip()
    ]


def predictions(model: Path, texts: list[str]) -> list[str]:
    """What the whole pipeline makes of each text."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    import logging

    from bot.rasa_host import lean  # noqa: F401  (before Rasa)

    import rasa.core.agent  # isort: skip
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    agent = rasa.core.agent.Agent.load(str(model))

    async def parse_all() -> list[str]:
        return [(await agent.parse_message(t))["intent"]["name"] for t in texts]

    return asyncio.run(parse_all())


def scores(pairs: list[tuple[str, str]], found: list[str]) -> dict[str, tuple[float, float, float, int]]:
    """Per intent: precision, recall, F1, support."""
    wanted = Counter(intent for _, intent in pairs)
    given = Counter(found)
    right = Counter(w for (_, w), f in zip(pairs, found) if w == f)
    result = {}
    for intent in sorted(wanted):
        precision = right[intent] / given[intent] if given[intent] else 0.0
        recall = right[intent] / wanted[intent]
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        result[intent] = (precision, recall, f1, wanted[intent])
    return result


def main() -> int:
    from bot import training

    pairs = held_out()
    found = predictions(training.train_if_needed(), [t for t, _ in pairs])
    for (text, wanted), got in zip(pairs, found):
        if wanted != got:
            print(f"{wanted:18} → {got:18} {text}")
    print(f"\n{'intent':18} precision  recall      F1   n")
    table = scores(pairs, found)
    for intent, (precision, recall, f1, n) in table.items():
        print(f"{intent:18}    {precision:6.3f}  {recall:6.3f}  {f1:6.3f} {n:3}")
    right = sum(w == f for (_, w), f in zip(pairs, found))
    print(f"\naccuracy {right}/{len(pairs)} = {right / len(pairs):.3f}, macro F1 {sum(x[2] for x in table.values()) / len(table):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
