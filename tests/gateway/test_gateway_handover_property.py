"""The same as ``tests/desk/test_handover_property.py`` through a real gateway: its chat API, its event streams and its console.

Whoever listens, the resident and two of staff, must hear every message once and in order, through lost connections and crashes. More
stories: ``--hypothesis-profile thorough``.
"""

from __future__ import annotations

import pytest

from tests.handover.machine import Handover, stories
from tests.handover.on_gateway import OnGateway


class HandoverOnGateway(Handover):
    transport = OnGateway


@pytest.fixture(scope="class")
def _knowledge(knowledge, knowledge_url):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIMIN_KB_URL", knowledge_url)
        patch.setattr(OnGateway, "knowledge", knowledge, raising=False)
        yield


TestHandover = HandoverOnGateway.TestCase
TestHandover.pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("_knowledge")]
TestHandover.settings = stories(12, steps=25)
