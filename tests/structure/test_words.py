"""Words that were retired stay retired: names are the field's, and metaphors are few (docs/glossary.md)."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Each pattern, and the word to use instead.
RETIRED = {
    r"(?<!in_)(?<!in-)(?<!in )(?<!single-)(?<!single )flights?|aloft|fly(?:_\w+)?": "task",
    r"(?:has_)?landed|on_landing|landings?": "complete",
    r"launch_(?:apart|with)": "spawn",
    r"crews?|shifts?_of_workers": "pool",
    # Not the products of HashiCorp and Microsoft, and their header and prefix.
    r"(?<!hashicorp )(?<!key )(?<!x-)vaults?(?!\.|:\"|:v1)": "store",
    r"obituar(?:y|ies)": "tombstone",
    r"deeds?": "operation",
    r"tellers?": "events",
    r"desks?": "callbacks",
    r"nonsense": "protocol_error, wrong",
    r"patience": "timeout",
    r"heed(?:s|ed|ing)?(?:_\w+)?": "apply",
    r"parcels?": "sealed authorization",
    r"sought": "looked up",
    r"at_home": "attached",
    r"make_do": "serve_stale",
    r"strangers?": "unexpected request",
    r"shel(?:f|ves)": "store",
    r"narrowed_installation|installation_on": "installation",
    r"signer_of_any": "signer",
    r"DeadCode|dead_refresh_token|deadRefreshToken|DEAD_REFRESH_TOKEN": "invalid_…",
    r"bad_client_credentials|bad_assertion|BadToken|BadAssertion": "invalid_…",
    r"other_(?:private_key|key_id|store_key)": "fallback_…, previous_store_key",
    r"HookChange|redeliver_hook|heedWebhook": "webhook",
}
# The words of others: a platform that exists nowhere, the sandbox's control API, HashiCorp's product, a list of these words.
ELSEWHERE = re.compile(
    r"^(?:CHANGELOG\.md|LICENSE.*|.*lock|.*package-lock\.json|tests/structure/|tests/sandbox/src/acme/"
    r"|tests/sandbox/|tests/platforms/acme\.json|tests/conformance/cases/|tests/conformance/profiles/acme)")


def lines():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if ELSEWHERE.match(name) or not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{name}:{number}", line


@pytest.mark.parametrize("pattern", RETIRED)
def test_a_retired_word_is_nowhere(pattern):
    search = re.compile(rf"(?<![A-Za-z])(?:{pattern})(?![A-Za-z])", re.IGNORECASE if pattern.islower() else 0)
    found = [f"{place}: {line.strip()[:120]}" for place, line in lines() if search.search(line)]
    assert not found, f"say `{RETIRED[pattern]}`:\n" + "\n".join(found)


def test_the_glossary_has_at_most_ten_words():
    rows = re.findall(r"^\| \*\*", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    assert 0 < len(rows) <= 10
