"""Whatever happens in whatever order: one owner, one open case, one end for every message, and a way out of every state.

Here each step is a transaction on the desk store, in any interleaving; through a real gateway: ``test_gateway_handover_property.py``.
"""

from __future__ import annotations

import pytest

from tests.handover.machine import Handover, stories
from tests.handover.on_store import OnStore


class HandoverOnStore(Handover):
    transport = OnStore


TestHandover = HandoverOnStore.TestCase
TestHandover.pytestmark = [pytest.mark.timeout(600)]  # half a minute where the machine has nothing else to do
TestHandover.settings = stories(60, steps=40)
