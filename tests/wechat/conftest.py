"""Tests here may be coroutines; none may take longer than half a minute."""

from tests.gateway.conftest import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]
