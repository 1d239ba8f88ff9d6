"""What the tests here share: which surfaces are tested, and how their drivers start."""

import os
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "keychain"))

from keychain import Keychain
from runner import cases
from runner.process import Driver
from runner.run import farewell

HERE = Path(__file__).parent
DRIVERS = tomllib.loads((HERE / "drivers.toml").read_text("utf-8"))


def pytest_addoption(parser):
    parser.addoption("--surface", default=",".join(DRIVERS),
                     help="which surfaces to test, by commas; default all")
    parser.addoption("--case", default="", help="only cases whose id contains this")


def selected(config):
    names = config.getoption("--surface").split(",")
    unknown = set(names) - set(DRIVERS)
    if unknown:
        raise pytest.UsageError(f"no such surface: {', '.join(sorted(unknown))}")
    return names


def pytest_ignore_collect(collection_path, config):
    """A surface that is not selected has its reflection test left out too."""
    name = collection_path.stem.removeprefix("test_surface_")
    if collection_path.stem.startswith("test_surface_") and name in DRIVERS:
        return True if name not in selected(config) else None
    return None


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        pairs = list(chosen(metafunc.config))
        names = [f"{surface}-{case.id}" for surface, case in pairs]
        metafunc.parametrize(("surface", "case"), pairs, ids=names)
    elif "surface" in metafunc.fixturenames:
        metafunc.parametrize("surface", selected(metafunc.config))


def chosen(config):
    """The selected surfaces, each with its cases: some run with the first of all surfaces only."""
    part = config.getoption("--case")
    found = [case for case in cases.load_all() if part in case.id]
    for surface in selected(config):
        is_first = surface == next(iter(DRIVERS))
        yield from ((surface, case) for case in found
                    if (is_first or not case.first_surface_only) and surface in (case.surfaces or [surface]))


@pytest.fixture(scope="session")
def drivers():
    """The drivers that run, by surface: each serves many cases, as programs serve many requests."""
    running = {}
    yield running
    found = {surface: farewell(driver) for surface, driver in running.items()}
    assert not any(found.values()), found


@pytest.fixture(scope="session")
def keychain():
    with Keychain() as running:
        yield running


@pytest.fixture
def driver(surface, case, drivers, tmp_path, request):
    """A surface's driver; one that is missing is a failure, never a skip."""
    if cases.leaves_traces(case):
        keychain = request.getfixturevalue("keychain") if cases.needs_keychain(case) else None
        begun = cases.with_keyring(case, command(surface), tmp_path)
        own = Driver(begun, cases.ROOT, cases.environment_of(case, tmp_path, keychain))
        yield own
        assert not (found := farewell(own)), found
        return
    if surface not in drivers or drivers[surface].is_broken:
        drivers[surface] = Driver(command(surface), cases.ROOT)
    yield drivers[surface]


def command(surface):
    given = os.environ.get(f"APPMINT_DRIVER_{surface.upper()}")
    command = shlex.split(given) if given else list(DRIVERS[surface])
    paths = [cases.ROOT / part for part in command if "/" in part]
    missing = [str(path) for path in paths if not path.exists()]
    assert not missing, f"the {surface} driver is not built: {', '.join(missing)} is missing"
    return command
