"""The C++ surface, read from its headers, beside the contract."""

import re

from surface import ROOT, SURFACE

# What C++ needs in addition, and why.
HELPERS = {name: set(SURFACE["own"]["cpp"].get(name, ())) for name in [*SURFACE["object"], "Builder", "Error"]}
# The optional arguments of App.installation are set on a Scope.
SCOPE = {"repositories": "repository", "repository_ids": "repository_id", "permissions": "permission"}
FREE = {
    "to_string",  # of kinds, reasons, tokens and events
    "build_async", "discover_async", "wait_async", "poll_async",  # without waiting, what is no App's and no source's
}  # fmt: skip
# Calls with an effect, whose result the caller may not need.
MAY_BE_IGNORED = {"apply_webhook", "update_webhook_config"}


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
    found = set(re.findall(r"[\w>&*]\s[&*]?(\w+)\([^;]*?\)\s*(?:const\s*|&&?\s*)?(?:= 0)?;", public))
    return {method for method in found if method not in (name, "if", "return")}


def public_body(name):
    """The public part of a class."""
    start = r"class App::Builder" if name == "Builder" else rf"class {name}\b(?!::)(?!;)"
    return body(start).split("private:")[0]


def chains(name, setter):
    """Whether a setter has a form for objects with a name, and one for those without."""
    text = public_body(name)
    named = rf"{name} &{setter}\([^()]*(?:\([^()]*\))?[^()]*\) &;"
    return re.search(named, text) and re.search(rf"{name} {setter}\([^{{}}]*\) && \{{", text)


def ignorable(name):
    """The functions of a class with a result that a caller may ignore."""
    found = re.findall(r"^  (?!\[\[nodiscard\]\])(?!void|explicit|static void|friend)[\w:<>, ]+[ &*]+(\w+)\([^;{]*\) const", public_body(name), flags=re.M)
    return set(found)


def fields(struct):
    """The members of a plain struct, in order."""
    return re.findall(r"(\w+)(?: = std::nullopt)?;", body(rf"struct {struct}\b(?!;)"))


def listed():
    """What the listings that are handed out are lists of."""
    items = re.findall(r"^  (?:\[\[nodiscard\]\] )?Listing<([\w:]+)> \w+\([^;]*\) const;", header(), flags=re.M)
    return {"json" if item == "std::string" else item for item in items}


def first_arguments(method):
    """What the overloads of a method of App take first."""
    return set(re.findall(rf" {method}\(([^(),]*?)\w+[,)]", body(r"class App\b(?!::)(?!;)")))


def enumerators(name):
    """Name to the constant of appmint.h that it equals."""
    return dict(re.findall(r"(\w+) = (\w+)", body(rf"enum class {name}\b")))


def free_functions():
    """Functions of the namespace, but for operators."""
    return set(re.findall(r"^(?:\[\[nodiscard\]\] )?inline [\w:<>, ]+?[ *&](\w+)\(", header(), flags=re.M))
