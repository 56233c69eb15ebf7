import pytest

from policy_kb.loader import SHIPPED, read_knowledge


@pytest.fixture(scope="session")
def shipped():
    """What is shipped, read from its files."""
    return read_knowledge([SHIPPED])
