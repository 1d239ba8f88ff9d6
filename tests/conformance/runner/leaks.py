"""Finds secrets in output: verbatim, percent-encoded, in base64 or in hex."""

import base64
from urllib.parse import quote, unquote_plus

MIN_LENGTH = 6


def forms(secret):
    """Yields the encodings of a secret, each with a name."""
    raw = secret.encode()
    yield "verbatim", secret
    yield "percent-encoded", quote(secret, safe="-._~")
    yield "as hex", raw.hex()
    for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
        for shift in range(3):
            yield f"in {name}", aligned(encode, raw, shift)


def aligned(encode, raw, shift):
    """The encoded characters that depend on the secret only, if `shift` bytes precede it."""
    text = encode(b"\0" * shift + raw).decode().rstrip("=")
    start = (0, 2, 3)[shift]
    whole = (len(raw) + shift) // 3 * 4
    return text[start:whole]


def found(texts, secrets):
    """One sentence for each secret in one of the texts, which are given by name."""
    problems = []
    for where, text in texts.items():
        seen = {text, unquote_plus(text), unquote_plus(unquote_plus(text))}
        for secret in sorted(s for s in secrets if s and len(s) >= MIN_LENGTH):
            how = next(
                (name for name, form in forms(secret)
                 if len(form) >= MIN_LENGTH and any(form in text for text in seen)), None)
            if how:
                problems.append(f"{where} shows the secret {secret[:4]}… {how}")
    return problems


def of_keys(settings):
    """The inner lines of the private keys, each of which is a secret."""
    text = "\n".join(settings.get(name) or "" for name in ("private_key", "fallback_private_key", "client_key"))
    lines = [line.strip() for line in text.replace("\\n", "\n").split("\n")]
    return {line for line in lines if len(line) >= 40 and "-----" not in line}
