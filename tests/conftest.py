"""Fixtures that the tests of several rooms share. Nothing heavy at import, and never Rasa."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of source documents. They are not in the repository; HUIMIN_SOURCES says where they are."""
    given = os.environ.get("HUIMIN_SOURCES")
    if not given:
        pytest.skip("HUIMIN_SOURCES is not set: figures cannot be compared with the documents they were read from")
    folder = Path(given)
    if not folder.is_dir():
        pytest.fail(f"HUIMIN_SOURCES names no folder: {folder}")
    return folder
