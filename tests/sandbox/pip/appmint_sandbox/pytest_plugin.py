"""The fixture `appmint_sandbox`, which pytest finds when the package is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ._sandbox import Sandbox, start_sandbox


def pytest_configure(config: pytest.Config) -> None:
    line = "appmint_sandbox(platform='github', https=False, now=None): arguments of the sandbox that the fixture starts"
    config.addinivalue_line("markers", line)


@pytest.fixture
def appmint_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of its own for the test: GitHub, unless the marker ``appmint_sandbox`` says otherwise."""
    marker = request.node.get_closest_marker("appmint_sandbox")
    arguments, more = (marker.args, marker.kwargs) if marker else ((), {})
    with start_sandbox(*arguments, **more) as sandbox:
        yield sandbox
