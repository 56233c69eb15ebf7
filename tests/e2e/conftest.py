"""A running service for the browser: our own, unless ``HUIMIN_E2E_URL`` names one."""

from __future__ import annotations

import os

import pytest

from tests.service import Service


@pytest.fixture(scope="session", autouse=True)
def _running_service(tmp_path_factory):
    if os.environ.get("HUIMIN_E2E_URL"):
        yield
        return
    running = Service(tmp_path_factory.mktemp("service")).start()
    os.environ["HUIMIN_E2E_URL"] = running.url
    yield
    del os.environ["HUIMIN_E2E_URL"]
    running.stop()
