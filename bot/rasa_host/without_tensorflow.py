"""Let Rasa 3.6 import without TensorFlow, which nothing that we run needs.

Rasa imports TensorFlow at the top of the modules below for DIET, TED and their relatives only. TensorFlow and what it
pulls in are 2 GB of the environment, half a gigabyte of memory and many seconds of every start, so it is not installed;
placeholders stand in for these few modules. Asking for one of their classes in ``config.yml`` fails with a clear error.

The set-up installs this file into the environment with a ``.pth`` line, so that the plain ``rasa`` command works too.
It must import nothing but the standard library's basics: it runs at every start of the interpreter.
"""

import importlib.abc
import importlib.machinery
import sys
import types

STANDS_IN_FOR = frozenset(
    {
        "rasa.nlu.classifiers.diet_classifier",
        "rasa.nlu.selectors.response_selector",
        "rasa.nlu.featurizers.dense_featurizer.convert_featurizer",
        "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
        "rasa.core.policies.ted_policy",
        "rasa.core.policies.unexpected_intent_policy",
        "rasa.utils.tensorflow.callback",
        "rasa.utils.tensorflow.data_generator",
    }
)


def _placeholder(module: str, name: str) -> type:
    def needs_tensorflow(self, *args, **kwargs):
        raise ImportError(f"{module}.{name} is left out of this environment")

    return type(name, (), {"__init__": needs_tensorflow, "__module__": module, "name": classmethod(lambda cls: name)})


class _Standin(types.ModuleType):
    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        value = _placeholder(self.__name__, name)
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, names):
        self._names = names

    def find_spec(self, fullname, path=None, target=None):
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if fullname in self._names else None

    def create_module(self, spec):
        return _Standin(spec.name)

    def exec_module(self, module):
        pass


def stand_in_for(names) -> None:
    """Put stand-ins in the place of the modules ``names``, before anything imports them."""
    sys.meta_path.insert(0, _Finder(frozenset(names)))


stand_in_for(STANDS_IN_FOR)
