"""``rasa train`` without what takes half its time and decides nothing: ``python -m bot.rasa_host.train`` takes its options.

Rasa checks every training file against a schema each of the three times it reads it (``rasa data validate``, a target of its own,
does so as well), and sorts out double examples by a hash of all that is in them, worked out anew at every step.
"""

from __future__ import annotations

import sys

import rasa.__main__
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message


def _trust(reader: RasaYAMLReader, string: str) -> None:
    """In the place of the check against the schema."""


def _hash_of_text(message: Message) -> int:
    """Examples that are equal have the same text; which of those with one text are equal, Rasa still compares."""
    return hash(message.get(TEXT))


def hurry() -> None:
    """Replace both."""
    RasaYAMLReader.validate = _trust
    Message.__hash__ = _hash_of_text


if __name__ == "__main__":
    hurry()
    sys.argv[1:1] = ["train"]
    rasa.__main__.main()
