"""Test keys, in the forms in which people paste them."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from urllib.parse import quote, quote_plus

FILE = Path(__file__).parent.parent / "keys.json"
# RFC 8017 §9.2: the DER prefix of a SHA-256 hash in a PKCS#1 v1.5 signature.
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


@cache
def all_keys():
    return json.loads(FILE.read_text("utf-8"))


def pem(name):
    return all_keys()[name]["pem"]


def der(text):
    """The decoded bytes of a PEM."""
    return base64.b64decode("".join(line for line in text.split("\n") if "-----" not in line))


FORMS = {
    "pem": lambda text: text,
    "escaped_newlines": lambda text: text.replace("\n", "\\n"),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "byte_order_mark": lambda text: "\ufeff" + text,
    "quoted": lambda text: f'"{text}"',
    "escaped_and_quoted": lambda text: '"' + text.replace("\n", "\\n") + '"',
    "base64_of_file": lambda text: base64.b64encode(text.encode()).decode(),
    "spaces_for_newlines": lambda text: text.replace("\n", " "),
    "no_newlines": lambda text: text.replace("\n", ""),
    "white_space_around": lambda text: f"\n\n  {text}\n\n",
    "text_around": lambda text: f"Bag Attributes\n    friendlyName: app\n{text}\nthe end\n",
    "base64_of_der": lambda text: base64.b64encode(der(text)).decode(),
    "der": lambda text: der(text),
    "utf16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf16_without_mark": lambda text: text.encode("utf-16-be"),
    "twice_escaped_newlines": lambda text: text.replace("\n", "\\\\n"),
    "percent_encoded": quote,
    "form_encoded": quote_plus,
    "pluses_lost": lambda text: text.replace("+", " "),
    "json": lambda text: json.dumps({"app_id": 1, "key": {"private_key": text}}),
    "json_in_json": lambda text: json.dumps(json.dumps({"private_key": text})),
    "json_base64": lambda text: json.dumps({"data": {"key.pem": base64.b64encode(text.encode()).decode()}}),
    "json_of_dotnet": lambda text: json.dumps(text).replace("+", "\\u002B").replace("/", "\\/"),
    "no_break_spaces": lambda text: "\u200b" + text.replace(" ", "\u00a0").replace("\n", "\u00a0\n"),
    "old_mac": lambda text: text.replace("\n", "\r"),
    "first_line_only": lambda text: text.split("\n")[0],
    "without_last_line": lambda text: text.rsplit("\n", 1)[0],
    "half": lambda text: text[: len(text) // 2],
    "damaged": lambda text: text[:400] + "!" + text[401:],
    "a_line_missing": lambda text: "\n".join(text.split("\n")[:3] + text.split("\n")[4:]),
    "der_cut_off": lambda text: der(text)[:300],
}


def setting(name, spec):
    """The setting for a key: a string, or bytes in hex under `NAME_hex`."""
    if isinstance(spec, str):
        return {name: spec}
    formed = FORMS[spec.get("form", "pem")](pem(spec["key"]))
    if isinstance(formed, bytes):
        return {f"{name}_hex": formed.hex()}
    return {name: formed}


def verifies(name, message, signature):
    """Whether a signature is the RS256 signature of a message (RFC 8017 §8.2.2)."""
    key = all_keys()[name]
    modulus, size = int(key["modulus"], 16), len(key["modulus"]) // 2
    digest = SHA256_PREFIX + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return pow(int.from_bytes(signature, "big"), 65537, modulus) == int.from_bytes(expected, "big")
