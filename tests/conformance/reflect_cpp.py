"""What the C++ surface offers, read from its header, against surface.toml."""

import re

from reflect_c import ROOT

# What C++ needs beside, and why.
HELPERS = {
    "App": {"builder", "c_handle"},
    "Builder": {"build", "private_key_file", "c_handle"},
    **{
        name: {"c_handle"}  # the way down to appmint.h
        for name in (
            "TokenSource", "Token", "Installation", "Authorization", "Response", "WebhookEvent", "ManualClock",
            "Registration", "Introspection", "Repository", "WebhookConfig", "WebhookDelivery", "Stats", "Event",
            "Login", "DeviceLogin",
        )
    },
    "Listing": {"begin", "end", "c_handle"},
    "Error": set(),
}
# Arguments of App.installation that may be left out are given in a Scope.
SCOPE = {"repositories": "repository", "repository_ids": "repository_id", "permissions": "permission"}
FREE = {"name"}  # of an ErrorKind or a Reason


def header():
    parts = [*sorted((ROOT / "include/appmint").glob("*.hpp")), ROOT / "include/appmint.hpp"]
    text = "".join(part.read_text() for part in parts)
    text = re.sub(r"namespace detail \{.*?\}  // namespace detail", "", text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text).replace(" = {}", "")


def body(start):
    """The text between the braces that follow `start`."""
    text = header()
    begin = text.index("{", re.search(start, text).end())
    depth = 0
    for i in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[begin + 1 : i]
    raise ValueError(start)


def flat(text):
    """Without what stands in inner braces."""
    while re.search(r"\{[^{}]*\}", text):
        text = re.sub(r"\{[^{}]*\}", ";", text)
    return text


def methods(name):
    """The public methods of a class, but for its constructors and operators."""
    start = r"class App::Builder" if name == "Builder" else rf"class {name}\b(?!::)(?!;)"
    public = flat(body(start)).split("private:")[0]
    found = set(re.findall(r"[\w>&*]\s[&*]?(\w+)\([^;]*?\)\s*(?:const\s*)?(?:= 0)?;", public))
    return {method for method in found if method not in (name, "if", "return")}


def fields(struct):
    """The members of a plain struct, in order."""
    return re.findall(r"(\w+)(?: = std::nullopt)?;", body(rf"struct {struct}\b"))


def listed():
    """What the listings that are handed out are lists of."""
    return set(re.findall(r"^  Listing<(\w+)> \w+\(\) const", header(), flags=re.M))


def first_arguments(method):
    """What the overloads of a method of App take first."""
    return set(re.findall(rf" {method}\(([^(),]*?)\w+[,)]", body(r"class App\b(?!::)(?!;)")))


def enumerators(name):
    """Name to the constant of appmint.h that it equals."""
    return dict(re.findall(r"(\w+) = (\w+)", body(rf"enum class {name}\b")))


def free_functions():
    """Functions of the namespace, but for operators."""
    return set(re.findall(r"^inline [\w:<>, ]+?[ *&](\w+)\(", header(), flags=re.M))
