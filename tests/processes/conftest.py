from __future__ import annotations

import pytest

from tests.service import Service


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """One running service for the tests that leave it as it was."""
    running = Service(tmp_path_factory.mktemp("service")).start()
    yield running
    running.stop()
