"""``rasa train`` without what takes most of its time and decides nothing: ``python -m bot.rasa_host.train`` takes its options.

Rasa reads every training file three times and checks it against a schema each time (``rasa data validate``, a target of its own,
does so as well), copies every example whenever it puts two sets of examples together, sorts out double ones by a hash of all that
is in them, and works out fingerprints of everything that goes into and comes out of each component, for a cache that is never
asked: training from the beginning (``--force``) is how a model is named by its data alone. And it packs the model as small as can
be. Nothing of our pipeline writes into an example, so they can be shared; ``tests/rasa_host/test_train.py`` compares what is
trained on with what Rasa alone would take.
"""

from __future__ import annotations

import sys
from typing import Any

import rasa.__main__
from rasa.engine.storage import local_model_storage
from rasa.engine.training.hooks import TrainingHook
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data import util
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method
from tarsafe import TarSafe

REPLACED = (
    (RasaYAMLReader, "validate"), (Message, "__hash__"), (TrainingData, "merge"), (RasaFileImporter, "get_nlu_data"),
    (TrainingHook, "on_before_node"), (TrainingHook, "on_after_node"), (local_model_storage, "TarSafe"),
)


def _trust(reader: RasaYAMLReader, string: str) -> None:
    """In the place of the check against the schema."""


def _hash_of_text(message: Message) -> int:
    """Examples that are equal have the same text; which of those with one text are equal, Rasa still compares."""
    return hash(message.get(TEXT))


def _merge(first: TrainingData, *others: TrainingData | None) -> TrainingData:
    """One set out of several, with their examples themselves in the place of copies."""
    sets = [first, *filter(None, others)]
    synonyms: dict[str, str] = {}
    for given in sets:
        for text, synonym in given.entity_synonyms.items():
            util.check_duplicate_synonym(synonyms, text, synonym, "merging training data")
        synonyms.update(given.entity_synonyms)
    responses = {name: said for given in sets for name, said in given.responses.items()}
    return TrainingData(
        [e for s in sets for e in s.training_examples], synonyms, [r for s in sets for r in s.regex_features],
        [t for s in sets for t in s.lookup_tables], responses,
    )


def _no_fingerprint(hook: TrainingHook, *given: Any, **named: Any) -> dict:
    """Before a component; what it gives back is handed on to :func:`_no_cache`."""
    return {}


def _no_cache(hook: TrainingHook, *given: Any, **named: Any) -> None:
    """After a component."""


class _PackedQuickly(TarSafe):
    """A hundredth larger, and written in a third of the time."""

    @classmethod
    def gzopen(cls, name: Any, mode: str = "r", fileobj: Any = None, compresslevel: int = 1, **more: Any) -> TarSafe:
        return super().gzopen(name, mode, fileobj, compresslevel, **more)


def hurry() -> None:
    """Replace them all."""
    RasaYAMLReader.validate = _trust
    Message.__hash__ = _hash_of_text
    TrainingData.merge = _merge
    RasaFileImporter.get_nlu_data = cached_method(RasaFileImporter.get_nlu_data)
    TrainingHook.on_before_node = _no_fingerprint
    TrainingHook.on_after_node = _no_cache
    local_model_storage.TarSafe = _PackedQuickly


if __name__ == "__main__":
    hurry()
    sys.argv[1:1] = ["train"]
    rasa.__main__.main()
