"""Secrets that came out where none may: verbatim, percent-encoded, escaped, or in base64 or hex."""

import base64
from urllib.parse import quote, unquote_plus

SHORTEST = 6


def forms(secret):
    """The ways in which a secret may be written, each with a name."""
    raw = secret.encode()
    yield "as it is", secret
    yield "percent-encoded", quote(secret, safe="-._~")
    yield "as hex", raw.hex()
    for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
        for shift in range(3):
            yield f"in {name}", aligned(encode, raw, shift)


def aligned(encode, raw, shift):
    """The characters that depend on the secret alone when `shift` bytes stand before it."""
    text = encode(b"\0" * shift + raw).decode().rstrip("=")
    start = (0, 2, 3)[shift]
    whole = (len(raw) + shift) // 3 * 4
    return text[start:whole]


def found(texts, secrets):
    """One sentence for each secret that stands in one of the texts (by name)."""
    problems = []
    for where, text in texts.items():
        seen = {text, unquote_plus(text), unquote_plus(unquote_plus(text))}
        for secret in sorted(s for s in secrets if s and len(s) >= SHORTEST):
            how = next(
                (name for name, form in forms(secret)
                 if len(form) >= SHORTEST and any(form in text for text in seen)), None)
            if how:
                problems.append(f"{where} shows the secret {secret[:4]}… {how}")
    return problems


def of_keys(settings):
    """The inner lines of the private keys: each of them is secret."""
    text = "\n".join(settings.get(name) or "" for name in ("private_key", "fallback_private_key"))
    lines = [line.strip() for line in text.replace("\\n", "\n").split("\n")]
    return {line for line in lines if len(line) >= 40 and "-----" not in line}
