"""Compares results and requests with what a case expects. Every function returns the differences as sentences."""

import base64
import hashlib
import json
import re
from urllib.parse import parse_qsl, urlsplit

from . import keys, leaks

FORM = "application/x-www-form-urlencoded"
RETRYABLE = {"transport", "timeout", "rate_limited", "pending", "server", "resource_exhausted"}
# What these reasons name lasts until somebody mends it.
LASTING = {"tls", "proxy_authentication_required"}


def outcome(step, answer):
    """The differences between the expected and the actual outcome of a step."""
    status, members = answer
    wanted = "error" if "error" in step else "ok"
    if status != wanted:
        error = f"{members.get('kind')} ({members.get('reason')}): {members.get('message')}"
        return [f"expected a result, but: {error}" if status == "error"
                else f"expected {step['error']}, but it worked"]
    if wanted == "error":
        return of_error(step["error"], members)
    return of_members(step.get("result") or {}, members)


def of_error(wanted, members):
    wanted = dict(wanted)
    is_retryable = wanted.pop("is_retryable", None)
    texts = {name: wanted.pop(name) for name in ("message", "hint") if name in wanted}
    problems = of_members(wanted, members)
    for name, parts_wanted in texts.items():
        text = members.get(name, "")
        if isinstance(parts_wanted, dict):
            problems += filter(None, [difference(name, parts_wanted, text, members)])
            continue
        for part in parts_wanted if isinstance(parts_wanted, list) else [parts_wanted]:
            if part.lower() not in text.lower():
                problems.append(f"{name} lacks `{part}`: {text!r}")
    message = members.get("message", "")
    if not message or message != message.strip() or message.endswith(".") or "\n" in message:
        problems.append(f"the message is not a clause on one line without a full stop: {message!r}")
    passes = members.get("kind") in RETRYABLE and members.get("reason") not in LASTING
    retryable = is_retryable or str(passes).lower()
    if members.get("is_retryable") != retryable:
        problems.append(f"is_retryable is {members.get('is_retryable')}, not {retryable}")
    return problems


def of_members(wanted, members):
    return [problem for key, want in wanted.items()
            if (problem := difference(key, want, members.get(key), members))]


def difference(key, want, got, members):
    if want is None:
        return None if got is None else f"{key} is {got!r}, not absent"
    if got is None:
        return f"{key} is absent, not {want!r}"
    if isinstance(want, dict):
        return special(key, want, got, members)
    text = str(want).lower() if isinstance(want, bool) else str(want)
    return None if got == text else f"{key} is {got!r}, not {text!r}"


def special(key, want, got, members):
    """Compares by an operator such as `matches` or `json`."""
    for operator, value in want.items():
        if operator == "json":
            wrong = json.loads(got) != value
        elif operator == "json_at":
            problems = at_pointers(value, json.loads(got))
            if problems:
                return f"{key}: {'; '.join(problems)}"
            wrong = False
        elif operator == "matches":
            wrong = not re.fullmatch(value, got, re.DOTALL)
        elif operator == "contains":
            wrong = value not in got
        elif operator == "lacks":
            wrong = value in got
        elif operator == "not":
            wrong = got == str(value)
        elif operator == "length":
            wrong = len(got) != value
        elif operator == "shorter_than":
            wrong = len(got) >= value
        elif operator == "s256_of":
            wrong = got != challenge(members[value])
        elif operator == "hides":
            wrong = bool(leaks.found({key: got}, set(value)))
        elif operator == "jwt":
            problems = of_jwt(value, got)
            if problems:
                return f"{key}: {'; '.join(problems)}"
            wrong = False
        elif operator == "url":
            return of_url(value, got, members)
        else:
            raise ValueError(f"unknown operator {operator}")
        if wrong:
            return f"{key} is {got[:300]!r}, expected {operator} {value!r}"
    return None


def at_pointers(wanted, document):
    """Compares members of a document by JSON pointer. A missing member counts as null."""
    found = {pointer: pointed(document, pointer) for pointer in wanted}
    return [f"{pointer} is {found[pointer]!r}, not {value!r}"
            for pointer, value in wanted.items() if found[pointer] != value]


def pointed(document, pointer):
    for part in pointer.strip("/").split("/"):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def challenge(verifier):
    """The S256 code challenge of a verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def of_url(want, got, members):
    parts = urlsplit(got)
    base = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if base != want["base"]:
        return f"the URL without its query is {base}, not {want['base']}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = dict(pairs)
    if len(pairs) != len(query):
        return f"the URL has a parameter twice: {pairs}"
    if set(query) != set(want["query"]):
        return f"the URL's parameters are {sorted(query)}, not {sorted(want['query'])}"
    problems = [difference(f"parameter {name}", value, query[name], members)
                for name, value in want["query"].items()]
    return "; ".join(problem for problem in problems if problem) or None


def requests(expected, recorded, unexpected, seen=None):
    """Compares the requests of a step with the expected ones. `seen` collects the values of `fresh` claims, which
    must not be repeated in the case."""
    seen = set() if seen is None else seen
    problems = [f"unexpected request: {request}" for request in unexpected]
    for index, exchange in enumerate(expected):
        wanted = exchange["request"]
        name = f"request {index + 1}, {wanted['method']} {wanted['path']}"
        if index >= len(recorded):
            problems.append(f"{name}: never came")
        else:
            problems += [f"{name}: {problem}" for problem in of_request(wanted, recorded[index], seen)]
    return problems


def of_request(want, got, seen):
    problems = []
    place = (want.get("base", "api"), want["method"], want["path"])
    came = (got.base, got.method, got.target)
    if came != place:
        problems.append(f"came as {came}")
    for name, value in want.get("headers", {}).items():
        problem = difference(f"header {name}", value, got.header(name), {})
        if problem:
            problems.append(problem)
    problems += of_authorization(want, got.header("authorization") or "")
    repeated = [name for name in ("authorization", "host", "content-type", "content-length")
               if sum(present.lower() == name for present, _ in got.headers) > 1]
    problems += [f"header {name} came more than once" for name in repeated]
    return problems + of_body(want, got, seen)


def of_authorization(want, header):
    scheme, _, credential = header.partition(" ")
    if "jwt" in want:
        problems = [] if scheme == want["scheme"] else [f"the scheme is {scheme}"]
        return problems + of_jwt(want["jwt"], credential)
    if "basic" in want:
        if scheme != "Basic":
            return [f"the scheme is {scheme!r}, not Basic"]
        pair = base64.b64decode(credential).decode()
        return [] if pair == want["basic"] else ["the Basic credentials are wrong"]
    return []


def of_jwt(want, token, seen=None):
    """Compares a JWT: all of its claims, or some of them. A `fresh` claim must differ from those of earlier JWTs."""
    try:
        head, payload, signature = token.split(".")
        header, claims = json.loads(decoded(head)), json.loads(decoded(payload))
        signed = f"{head}.{payload}".encode()
    except ValueError:
        return [f"this is no JWT: {token[:20]}…"]
    problems = []
    if header != {"alg": "RS256", "typ": "JWT", **want.get("header", {})}:
        problems.append(f"the JWT's header is {header}")
    if "key" in want and not keys.verifies(want["key"], signed, decoded(signature)):
        problems.append("the JWT is not signed with the expected key")
    wanted = {name: matching(value, claims.get(name)) for name, value in want.get("claims", {}).items()}
    if "claims" in want and claims != wanted:
        problems.append(f"the JWT's claims are {claims}, not {want['claims']}")
    for name, value in want.get("some", {}).items():
        if claims.get(name) != value or type(claims.get(name)) is not type(value):
            problems.append(f"the claim {name} is {claims.get(name)!r}, not {value!r}")
    for name in want.get("fresh", []):
        if (name, claims.get(name)) in seen:
            problems.append(f"the claim {name} repeats the value of an earlier JWT")
        seen.add((name, claims.get(name)))
    return problems


def matching(wanted, got):
    """`got` if it matches the wanted pattern, or else `wanted`."""
    is_pattern = isinstance(wanted, dict) and set(wanted) == {"matches"} and isinstance(got, str)
    return got if is_pattern and re.fullmatch(wanted["matches"], got) else wanted


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def of_body(want, got, seen):
    media = (got.header("content-type") or "").split(";")[0]
    if "json" in want:
        return differs("application/json", want["json"], media, lambda: json.loads(got.body or b"null"), seen)
    if "form" in want:
        def pairs():
            return form(got.body)
        return differs(FORM, want["form"], media, pairs, seen)
    if "text" in want:
        return [] if got.body == want["text"].encode() else [f"the body is {got.body[:200]!r}"]
    if "any_body" in want:
        return []
    return [f"the request has an unexpected body: {got.body[:200]!r}"] if got.body else []


def differs(media_wanted, wanted, media, read, seen):
    problems = [] if media == media_wanted else [f"the content type is {media!r}"]
    try:
        body = read()
    except ValueError:
        return [*problems, "the body cannot be parsed"]
    if not isinstance(body, dict) or not isinstance(wanted, dict):
        return problems if body == wanted else [*problems, f"the body is {str(body)[:100]}"]
    problems += [f"{name}: {problem}" for name, value in wanted.items() if is_signed(value, body.get(name))
                 for problem in of_jwt(value["jwt"], body[name], seen)]
    wanted = {name: proved(value, body.get(name)) for name, value in wanted.items()}
    if body == wanted:
        return problems
    names = sorted(set(wanted) ^ set(body)) or sorted(k for k in wanted if wanted[k] != body[k])
    return [*problems, f"the body differs in {names}"]


def form(body):
    """The fields of a form. A repeated field becomes a list, which equals no expected value."""
    fields = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        fields[name] = [fields[name], value] if name in fields else value
    return fields


def is_signed(wanted, got):
    """Whether a JWT is expected and a string was received."""
    return isinstance(wanted, dict) and set(wanted) == {"jwt"} and isinstance(got, str)


def assertions(recorded):
    """The JWTs in the forms of these requests, which are secrets."""
    forms = [form(got.body) for got in recorded if (got.header("content-type") or "").startswith(FORM)]
    return {fields[name] for fields in forms for name in ("assertion", "client_assertion")
            if isinstance(fields.get(name), str)}


def proved(wanted, got):
    """`got` if a JWT is expected or if it is the verifier of the expected PKCE challenge, or else `wanted`."""
    if is_signed(wanted, got):
        return got  # of_jwt compares it
    if isinstance(wanted, dict) and set(wanted) == {"challenged_by"} and isinstance(got, str):
        return got if challenge(got) == wanted["challenged_by"] else wanted
    return wanted
