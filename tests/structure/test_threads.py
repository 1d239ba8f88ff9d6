"""Locks, threads, time and random bytes come from one module, so that a schedule can be repeated by its seed."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "src"
# The module itself, the scheduler, the machine's clocks, and connections of the real network.
ELSEWHERE = re.compile(r"tasks/(?:sync\.rs|simulated/)|clock\.rs|http/(?:transport|fresh)\.rs")
DIRECT = re.compile(r"\bsync::(?:\{[^}]*)?\b(?:Mutex|Condvar|RwLock|mpsc|Barrier)\b|\bstd::(?:\{[^;]*\b)?thread\b"
                    r"|\bInstant::now\b|\baws_lc_rs::rand\b|\bgetrandom::|\barc_swap::ArcSwapOption\b")
SOURCES = [path for path in sorted(CORE.rglob("*.rs"))
           if path.name != "tests.rs" and not ELSEWHERE.search(path.relative_to(CORE).as_posix())]


def direct_uses(text):
    """What a source takes from elsewhere, without the unit tests at its end and the imports of the module."""
    text = text.partition("#[cfg(test)]")[0]
    text = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    of_std = re.sub(r"\buse (?:crate|self|super)\b[^;]*;", "", text)
    return [found.group() for found in DIRECT.finditer(of_std)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(CORE).as_posix())
def test_a_source_takes_them_from_tasks_sync(path):
    assert not direct_uses(path.read_text("utf-8")), "take it from crate::tasks::sync"


def test_a_planted_use_is_found():
    for text in ["use std::sync::{Arc, Mutex};", "use std::{fmt, thread};", "std::thread::sleep(x)", "Instant::now()",
                 "use std::{\n    fmt,\n    sync::{Arc, Condvar},\n};"]:
        assert direct_uses(text), text
    assert not direct_uses("use std::sync::Arc;\nuse crate::tasks::{lock, sync::{Mutex, thread}};\n#[cfg(test)]\nuse std::thread;")


STARTED = re.compile(r"\bthread::(?:spawn|scope|Builder)\b")


def starts(text):
    text = re.sub(r"^\s*//.*$", "", text.partition("#[cfg(test)]")[0], flags=re.MULTILINE)
    return STARTED.findall(text)


def test_one_function_starts_threads_since_signals_must_be_blocked_for_each():
    shipped = [path for path in CORE.rglob("*.rs") if path.name != "tests.rs" and "tasks/simulated/" not in path.as_posix()]
    shipped += [path for base in ["ffi-c", "bindings-python", "bindings-node"] for path in (ROOT / base / "src").rglob("*.rs")]
    found = [path.relative_to(ROOT).as_posix() for path in shipped if starts(path.read_text("utf-8"))]
    assert found == ["core/src/tasks/threads.rs"]


def test_a_planted_start_is_found():
    for text in ["thread::spawn(work)", "std::thread::Builder::new()", "thread::scope(|s| s)"]:
        assert starts(text), text
    assert not starts("pool.spawn(work)\n// thread::spawn\n#[cfg(test)]\nthread::spawn(work)")


def test_nothing_that_ships_has_the_scheduler():
    manifests = [path for path in ROOT.glob("*/Cargo.toml")]
    assert len(manifests) > 3
    features = tomllib.loads((ROOT / "core" / "Cargo.toml").read_text("utf-8"))["features"]
    assert features["simulation"] == [] and not any("simulation" in each for each in features.values())
    enabling = [path.parent.name for path in manifests if re.search(r'features\s*=.*"simulation"', path.read_text("utf-8"))]
    assert enabling == ["core"], "only the core's own test requires it"
