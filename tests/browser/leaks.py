"""Finds secrets in a browser's recording: tokens, the client secret, code verifiers, and codes outside of their callback."""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from urllib.parse import quote, quote_plus, urlsplit

from platforms import query_of

TOKEN = re.compile(r"gh[usr]_\w{20,}|at[us]_\w{20,}|refresh_\w{20,}|ac[sur]\.\w{20,}|is[adr]_\w{20,}")
# Parameter names of requests that no browser sends or receives.
NAME = re.compile(r"code_verifier|client_secret|access_token\W|refresh_token")
VERIFIER_LENGTH = 43
RUN = re.compile(rf"[\w-]{{{VERIFIER_LENGTH},}}", re.ASCII)
REFERRERS = ("referer", "referrer")


def found(recording, secrets=()):
    """A description of each leak; empty if there is none."""
    text = recording.text()
    leaks = [f"a secret ({secret[:4]}…)" for secret in secrets if contains(text, secret)]
    leaks += [f"a token ({token[:6]}…)" for token in TOKEN.findall(text)]
    leaks += NAME.findall(text)
    leaks += verifiers(text, {query_of(url).get("code_challenge") for url in recording.requested_urls()})
    for code, urls in callbacks(recording).items():
        leaks += codes_elsewhere(recording, code, urls)
    return leaks


def contains(text, secret):
    """Whether a text contains a secret, verbatim or encoded."""
    return any(it in text for it in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]))


def verifiers(text, challenges):
    """Yields a leak for each part of a text whose hash is one of the challenges."""
    for run in set(RUN.findall(text)):
        for start in range(len(run) - VERIFIER_LENGTH + 1):
            part = run[start : start + VERIFIER_LENGTH].encode()
            if urlsafe_b64encode(hashlib.sha256(part).digest()).decode().rstrip("=") in challenges:
                yield "a code verifier"


def callbacks(recording):
    """The URLs of the callbacks, by authorization code."""
    codes = {}
    for url in set(recording.requested_urls()):
        if "code" in query_of(url) and urlsplit(url).path == "/callback":
            codes.setdefault(query_of(url)["code"], []).append(url)
    return codes


def codes_elsewhere(recording, code, urls):
    """A description of each place of a code other than the URL of its callback."""
    leaks = [f"the code in a page: {source[:80]}" for source in recording.sources if code in source]
    for name, text in leaves([*recording.events, *recording.console]):
        if name.lower() not in REFERRERS:
            for url in urls:
                text = text.replace(url, "")
        if code in text:
            leaks.append(f"the code in {name}: {text[:80]}")
    return leaks


def leaves(value, name=""):
    """Yields every string in a JSON value, with the name of its member."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
