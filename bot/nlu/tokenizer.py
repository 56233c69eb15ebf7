"""One token a character: Chinese has no spaces, and a word cutter's mistakes never help us."""

from __future__ import annotations

from typing import Any

import regex
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

# A run of Latin letters or digits stays one token, so that 2018 or wansheng is one.
_TOKEN = regex.compile(r"[a-z]+|\d+|\S", regex.IGNORECASE)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class CharacterTokenizer(Tokenizer):
    """Cuts text into characters, numbers and Latin words."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        tokens = [Token(m[0], m.start()) for m in _TOKEN.finditer(text)]
        return self._apply_token_pattern(tokens)
