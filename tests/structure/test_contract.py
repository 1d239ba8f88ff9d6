"""The contract is complete, and its texts stand in every language."""

import copy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import contract as tool  # noqa: E402

from reference import comments, complaints, pages, texts  # noqa: E402
from reference.contract import Entry, contract, entries  # noqa: E402
from reference.languages import ALL  # noqa: E402

# The files in which the text of one operation stands: the core, the C sources, C++, Python's two, Node's two.
PLACES = {
    "core/src/sources/mod.rs", "ffi-c/src/tokens/source.rs", "include/appmint/tokens.hpp",
    "bindings-python/python/appmint/_native.pyi", "bindings-python/src/tokens/source.rs",
    "bindings-node/src/tokens/source.rs", "bindings-node/index.d.cts",
}  # fmt: skip


@pytest.fixture
def revoke(monkeypatch):
    """The facts of an operation, which a test may change."""
    facts = contract()["object"]["TokenSource"]["revoke"]
    before = copy.deepcopy(facts)
    forget()
    yield facts
    facts.clear()
    facts.update(before)
    forget()


def forget():
    for cached in (entries, comments.names, comments.stub):
        cached.cache_clear()


def stale():
    return {path.relative_to(ROOT).as_posix() for path, make in comments.files()
            if tool.written(path, make) != path.read_text("utf-8")}


def test_the_comments_are_those_of_the_contract():
    assert stale() == set()


def test_the_pages_are_those_of_the_contract():
    assert [path.name for path, text in pages.all_pages() if path.read_text("utf-8") != text] == []


def test_a_changed_sentence_changes_every_language(revoke):
    revoke["summary"] = "Says something else."
    forget()
    assert stale() == PLACES


def test_a_sentence_less_is_noticed(revoke):
    revoke["details"] = revoke["details"].split(". ", 1)[1]
    forget()
    assert stale() == PLACES - {"bindings-node/src/tokens/source.rs"}


def test_the_contract_is_complete():
    assert [*complaints.all_of_them()] == []


@pytest.mark.parametrize("lacking", ["source", "summary", "errors"])
def test_a_fact_that_is_missing_is_named_with_its_file(revoke, lacking, monkeypatch):
    del revoke[lacking]
    monkeypatch.delitem(contract()["type"]["TokenSource"], "source")
    forget()
    assert any("contract/tokens.toml" in it and "TokenSource.revoke" in it for it in complaints.of_entries())


def test_a_public_item_without_an_entry_names_the_file_to_edit(monkeypatch):
    monkeypatch.delitem(contract()["object"]["TokenSource"], "quota")
    forget()
    found = [*complaints.of_items()]
    forget()
    assert len([it for it in found if "`quota`" in it and "contract/tokens.toml" in it]) == len(complaints.OFFERS)


def test_an_unknown_name_is_refused():
    entry = Entry("App", "jwt", {"summary": "See `no_such_call`.", "source": "appmint"})
    with pytest.raises(texts.Unknown, match="no_such_call"):
        texts.doc(entry, ALL["python"])


@pytest.mark.parametrize("key", ALL)
def test_every_operation_has_errors_defaults_and_a_source_in_each_language(key):
    for entry in entries().values():
        if entry.is_operation:
            text = texts.doc(entry, ALL[key])
            assert text.sources or entry.sources == ["appmint"], entry.path
            assert text.errors or text.same_as or text.is_out or not texts.failures(entry, ALL[key]), entry.path
            optional = [arg.rstrip("?") for arg in entry.facts.get("args", []) if arg.endswith("?")]
            told = dict(text.args)
            for name in optional:
                if ALL[key].argument(name) in told and entry.facts.get("default", {}).get(name):
                    assert ("Default" in told[ALL[key].argument(name)]) or ("APPMINT_DEFAULT" in told[ALL[key].argument(name)])
