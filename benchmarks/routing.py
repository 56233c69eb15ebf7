"""How often a message is sorted to its department, beside TF-IDF with a linear SVM: the same folds, in one run.

Every message is judged once, by classifiers that were trained, and whose parameters were chosen, without it. The peers may
choose among more than they usually get: one or two words (or one to four characters) to a feature, rare ones with or without,
four strengths.

    python -m benchmarks.routing [CSV]                 # by default the self-written messages of the tests
    python -m benchmarks.routing --statements          # what the knowledge base says, by the department that leads it
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rjieba
from pypinyin import lazy_pinyin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from desk.routing.ledger import Example, cleaned, read_ledger
from desk.routing.scores import scores
from desk.routing.training import train
from policy_kb.loader import SHIPPED, read_knowledge

RESULTS = Path(__file__).parent / "results"
MESSAGES = Path(__file__).parents[1] / "tests" / "desk" / "routing" / "messages.csv"
FOLDS, SAMPLES = 5, 2000
FEWEST_STATEMENTS, MOST_STATEMENTS = 40, 100
FILLERS = (
    "您好，打扰了，不知道该找哪个部门反映，先在这里说一下。", "我是普通老百姓，不太会用手机打字，有说得不清楚的地方请多包涵。",
    "这件事已经拖了好长时间，前前后后打过很多电话，每次都说帮忙问问。", "希望领导百忙之中看一眼，给个明确的答复，谢谢了。",
    "我们一家人为了这个事吃不下饭睡不着觉。", "如果需要材料我可以提供，随时打我电话，白天晚上都行。",
)

Answer = Callable[[str], str]


def statements() -> list[Example]:
    """Statements of the shipped base with the department that leads their benefit: some of each, evenly from all it has;
    departments with few are left out.
    """
    kb = read_knowledge([SHIPPED])
    of: dict[str, list[str]] = {}
    for p in sorted(kb.provisions, key=lambda p: p.id):
        of.setdefault(kb.benefits[p.benefit].department, []).append(p.statement)
    kept = {label: texts[:: -(-len(texts) // MOST_STATEMENTS)] for label, texts in of.items() if len(texts) >= FEWEST_STATEMENTS}
    return [Example(0, text, label) for label, texts in sorted(kept.items()) for text in texts]


def words(text: str) -> list[str]:
    return [word for word in rjieba.cut(text) if word.strip()]


def peer(texts: Sequence[str], labels: Sequence[str], seen: dict) -> Answer:
    """TF-IDF and a linear SVM, its parameters chosen by cross-validation on the same rows that ours chooses on."""
    pipeline = Pipeline([("tfidf", TfidfVectorizer(sublinear_tf=True, lowercase=False)), ("svm", LinearSVC(random_state=0))])
    grid = {"tfidf__min_df": [1, 2], "svm__C": [0.1, 0.3, 1.0, 3.0]} | seen
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    found = GridSearchCV(pipeline, grid, scoring="f1_macro", cv=folds).fit(texts, labels)
    return lambda text: str(found.predict([text])[0])


def of_words(texts: Sequence[str], labels: Sequence[str]) -> Answer:
    return peer(texts, labels, {"tfidf__analyzer": ["word"], "tfidf__tokenizer": [words], "tfidf__token_pattern": [None],
                                "tfidf__ngram_range": [(1, 1), (1, 2)]})


def of_characters(texts: Sequence[str], labels: Sequence[str]) -> Answer:
    return peer(texts, labels, {"tfidf__analyzer": ["char"], "tfidf__ngram_range": [(1, 2), (1, 4)]})


def ours(texts: Sequence[str], labels: Sequence[str]) -> Answer:
    model = train([Example(i, text, label) for i, (text, label) in enumerate(zip(texts, labels))])
    return lambda text: model.ranking(text)[0][0]


CLASSIFIERS = {"ours": ours, "TF-IDF of words + linear SVM": of_words, "TF-IDF of characters + linear SVM": of_characters}


class Noise:
    """What residents' typing does to a text; the same each time."""

    def __init__(self, texts: Sequence[str]):
        self._random = np.random.default_rng(0)
        han = sorted({c for text in texts for c in text if "\u4e00" <= c <= "\u9fff"})
        self._sounds: dict[str, list[str]] = {}
        for c in han:
            self._sounds.setdefault(lazy_pinyin(c)[0], []).append(c)

    def slips(self, text: str) -> str:
        """One character in ten is another one of the same sound."""
        return "".join(self._like(c) if self._random.random() < 0.1 else c for c in text)

    def _like(self, c: str) -> str:
        others = [o for o in self._sounds.get(lazy_pinyin(c)[0], ()) if o != c]
        return str(self._random.choice(others)) if others else c

    def rambling(self, text: str) -> str:
        """Between sentences that say nothing of what it is about."""
        before, after, last = self._random.choice(FILLERS, 3, replace=False)
        return f"{before}{text}。{after}{last}"


@dataclass
class Found:
    """What one classifier said of every message, plain and with each kind of noise; seconds to train, milliseconds a message."""

    said: dict[str, list[str]]
    train_s: list[float]
    message_ms: float = 0.0


def judged(rows: Sequence[Example]) -> dict[str, Found]:
    texts, labels = np.array([r.text for r in rows], dtype=object), np.array([r.label for r in rows])
    noise = Noise(texts)
    kinds = {"as written": list(texts), "slips": [noise.slips(t) for t in texts], "rambling": [noise.rambling(t) for t in texts]}
    found = {name: Found({kind: [""] * len(rows) for kind in kinds}, []) for name in CLASSIFIERS}
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(texts, labels):
        for name, learn in CLASSIFIERS.items():
            began = time.perf_counter()
            answer = learn(list(texts[seen]), list(labels[seen]))
            found[name].train_s.append(time.perf_counter() - began)
            began = time.perf_counter()
            for kind, noisy in kinds.items():
                for i in unseen:
                    found[name].said[kind][i] = answer(noisy[i])
            found[name].message_ms += (time.perf_counter() - began) * 1000 / len(rows) / len(kinds)
    return found


def difference(truth: Sequence[str], a: Sequence[str], b: Sequence[str]) -> list[float]:
    """The 95 % interval of a's macro F1 less b's over resampled messages (paired bootstrap)."""
    random, n = np.random.default_rng(0), len(truth)
    truth, a, b = (np.array(x) for x in (truth, a, b))
    drawn = (random.integers(0, n, n) for _ in range(SAMPLES))
    found = [scores(list(truth[i]), list(a[i])).macro_f1 - scores(list(truth[i]), list(b[i])).macro_f1 for i in drawn]
    return [round(float(x), 3) for x in np.percentile(found, [2.5, 97.5])]


def measured(rows: Sequence[Example]) -> dict:
    truth, found = [r.label for r in rows], judged(rows)
    table = {}
    for name, f in found.items():
        table[name] = {"train_s": round(float(np.mean(f.train_s)), 1), "message_ms": round(f.message_ms, 2)}
        for kind, said in f.said.items():
            s = scores(truth, said)
            table[name][kind] = {"macro_f1": round(s.macro_f1, 3), "accuracy": round(s.accuracy, 3)}
            if name != "ours":
                table[name][kind]["ours_better_by"] = difference(truth, found["ours"].said[kind], said)
    return {"n": len(rows), "labels": dict(Counter(truth)), "classifiers": table}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, nargs="?", default=MESSAGES)
    parser.add_argument("--statements", action="store_true")
    args = parser.parse_args()
    result = measured(cleaned(statements() if args.statements else read_ledger(args.table)).examples)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    if args.statements or args.table == MESSAGES:
        name = "routing_statements.json" if args.statements else "routing.json"
        (RESULTS / name).write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
