"""What must not be found in a browser: tokens, the client's secret, code verifiers, and codes but in a callback."""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from urllib.parse import quote, quote_plus, urlsplit

from platforms import query_of

TOKEN = re.compile(r"gh[usr]_\w{20,}|at[us]_\w{20,}|refresh_\w{20,}|ac[sur]\.\w{20,}|is[adr]_\w{20,}")
# A name that only the calls between program and platform have.
NAME = re.compile(r"code_verifier|client_secret|access_token\W|refresh_token")
VERIFIER_LETTERS = 43
RUN = re.compile(rf"[\w-]{{{VERIFIER_LETTERS},}}", re.ASCII)
REFERRERS = ("referer", "referrer")


def found(remains, secrets=()):
    """What leaked; nothing, if all is well."""
    everything = remains.everything()
    leaks = [f"a secret ({secret[:4]}…)" for secret in secrets if spells(secret, everything)]
    leaks += [f"a token ({token[:6]}…)" for token in TOKEN.findall(everything)]
    leaks += NAME.findall(everything)
    leaks += verifiers(everything, {query_of(url).get("code_challenge") for url in remains.addresses()})
    for code, urls in callbacks(remains).items():
        leaks += strays(remains, code, urls)
    return leaks


def spells(secret, text):
    return any(it in text for it in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]))


def verifiers(text, challenges):
    """Whatever in a text hashes to a challenge that was sent along is its verifier."""
    for run in set(RUN.findall(text)):
        for start in range(len(run) - VERIFIER_LETTERS + 1):
            part = run[start : start + VERIFIER_LETTERS].encode()
            if urlsafe_b64encode(hashlib.sha256(part).digest()).decode().rstrip("=") in challenges:
                yield "a code verifier"


def callbacks(remains):
    """Each code that came back, and the URLs that it came in."""
    codes = {}
    for url in set(remains.addresses()):
        if "code" in query_of(url) and urlsplit(url).path == "/callback":
            codes.setdefault(query_of(url)["code"], []).append(url)
    return codes


def strays(remains, code, urls):
    """Where a code is but in the URL of its callback."""
    leaks = [f"the code in a page: {source[:80]}" for source in remains.sources if code in source]
    for name, text in leaves([*remains.events, *remains.console]):
        if name.lower() not in REFERRERS:
            for url in urls:
                text = text.replace(url, "")
        if code in text:
            leaks.append(f"the code in {name}: {text[:80]}")
    return leaks


def leaves(value, name=""):
    """Every text in a tree, with the name of the member that it is."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
