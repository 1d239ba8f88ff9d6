"""What all tests here need."""

import signal

import pytest


@pytest.fixture(scope="session", autouse=True)
def ctrl_c():
    """Restores SIGINT, which a shell has its background jobs ignore: the examples end by it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
