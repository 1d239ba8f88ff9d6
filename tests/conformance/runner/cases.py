"""Reads case files and platform profiles, and fills in their names and times."""

import copy
import json
import re
import shlex
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import keys, times

SUITE = Path(__file__).parent.parent
ROOT = SUITE.parent.parent
NAME = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
EXCHANGE = {"use", "request", "reply", "change", "times", "except", "delay_ms", "encode", "headers", "framing"}
# Settings whose effects last in a driver beyond the case.
LASTING = {"own_store", "on_event"}
# The settings that discovery uses: network and clock.
NETWORK = {"timeout", "connect_timeout", "proxy", "root_certificates", "client_certificate", "client_key", "user_agent",
           "allow_plain_http", "refuse_private_addresses", "retries", "retry_wait", "clock_ms"}
FILE = {"about", "platforms", "also", "settings", "environment", "clock", "source", "cases"}
MEMBERS = {"id", "claims", "source", "settings", "clock", "descriptor", "steps", "app", "secrets", "platform", "surfaces",
           "environment", "keyring", "tls"}
STEP = {"call", "with", "exchanges", "later", "result", "error", "soon", "advance", "set_clock", "app", "save", "at_least_ms", "browse"}


@dataclass
class Case:
    """A case on one platform."""

    id: str
    platform: str
    claims: str
    source: str
    settings: dict
    clock_ms: int
    steps: list
    app: dict
    secrets: list
    profile: dict = field(default_factory=dict)
    first_surface_only: bool = False
    surfaces: list = field(default_factory=list)
    environment: dict = field(default_factory=dict)
    keyring: dict = field(default_factory=dict)
    tls: dict | None = None


def load_all(folder=SUITE / "cases"):
    files = sorted(folder.rglob("*.json"))
    cases = [case for file in files for case in load(file, folder)]
    names = [case.id for case in cases]
    duplicates = {name for name in names if names.count(name) > 1}
    if duplicates:
        raise ValueError(f"duplicate case ids: {sorted(duplicates)}")
    check_left_out(cases)
    return [case for case in cases if not left_out(case)]


def load(file, folder):
    """Yields the cases of a file, once for each platform that the file names."""
    content = json.loads(file.read_text("utf-8"))
    place = file.relative_to(folder).with_suffix("").as_posix()
    if unknown := set(content) - FILE:
        raise ValueError(f"{place}: unknown members {sorted(unknown)}")
    for raw in content["cases"]:
        also = [] if "platform" in raw else content.get("also", [])
        own = raw.get("platform", [])
        platforms = ([own] if isinstance(own, str) else own) or [*content["platforms"], *also]
        for platform in platforms:
            suffix = f"@{platform}" if len(platforms) > 1 else ""
            case = of(f"{place}/{raw['id']}{suffix}", platform, content, raw)
            case.first_surface_only = platform in also
            yield case


def left_out(case):
    """Whether the profile excludes this case from the platform."""
    return any(case.id.startswith(prefix) for prefix in case.profile.get("leaves_out", {}))


def check_left_out(cases):
    """Raises ValueError if a profile excludes cases that do not exist."""
    for platform in {case.platform for case in cases}:
        own = [case.id for case in cases if case.platform == platform]
        for prefix in load_profile(platform).get("leaves_out", {}):
            if not any(name.startswith(prefix) for name in own):
                raise ValueError(f"the profile {platform} leaves out {prefix}, but no case has an id with this prefix")


def of(name, platform, content, raw):
    check(name, raw)
    profile = load_profile(platform)
    settings = {**profile.get("settings", {}), **content.get("settings", {}), **raw.get("settings", {})}
    descriptor = raw.get("descriptor")
    if "descriptor" in profile and "platform_descriptor" not in settings and "platform" not in settings:
        text = json.loads((ROOT / profile["descriptor"]).read_text("utf-8"))
        for pointer, value in (descriptor or {}).items():
            patch(text, pointer, value)
        settings["platform_descriptor"] = json.dumps(text)
    clock = raw.get("clock", content.get("clock", "2026-11-21T04:00:00Z"))
    return Case(
        id=name, platform=platform, claims=raw["claims"],
        source=raw.get("source", content.get("source", "")), settings=settings,
        clock_ms=times.clock_ms(clock), steps=raw.get("steps", []), app=raw.get("app", {}),
        secrets=raw.get("secrets", []), profile=profile, surfaces=raw.get("surfaces", []),
        environment={**content.get("environment", {}), **raw.get("environment", {})},
        keyring=raw.get("keyring", {}), tls=raw.get("tls"))


def check(name, raw):
    """Raises ValueError for members that would have no effect, so that no case silently tests nothing."""
    unknown = set(raw) - MEMBERS
    steps = raw.get("steps", [])
    unknown |= {member for step in steps for member in set(step) - STEP}
    if unknown:
        raise ValueError(f"{name}: unknown members {sorted(unknown)}")
    for step in [*steps, raw.get("app", {})]:
        if "error" in step and not {"kind", "reason"} <= set(step["error"]):
            raise ValueError(f"{name}: an expected error needs its kind and its reason")
        if "call" in step and ("result" in step) == ("error" in step):
            raise ValueError(f"{name}: a call needs a result or an error, and not both")
        if "soon" in step and {"exchanges", "later"} & set(step):
            raise ValueError(f"{name}: a step with `soon` is repeated, so it has no exchanges")


@cache
def load_profile(platform):
    profile = json.loads((SUITE / "profiles" / f"{platform}.json").read_text("utf-8"))
    return overlaid(load_profile(profile.pop("extends")), profile) if "extends" in profile else profile


def overlaid(below, above):
    """`below` with the members of `above` replaced or added; objects are merged recursively."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{name: overlaid(below.get(name), value) for name, value in above.items()}}


def patch(document, pointer, value):
    """Sets the member at a JSON pointer, or removes it if the value is None."""
    *path, last = pointer.strip("/").split("/")
    for part in path:
        document = document[int(part) if isinstance(document, list) else part]
    if value is None:
        del document[last]
    elif isinstance(document, list):
        document[int(last)] = value
    else:
        document[last] = value


def leaves_traces(case):
    """Whether a case has effects in its driver that another case could see: a store, events, a discovered platform or
    environment variables."""
    changed = [step["app"] for step in case.steps if "app" in step]
    watches = any(step.get("call") in ("watch", "discover") for step in case.steps)
    return watches or bool(case.environment or case.keyring) or any(LASTING & set(settings) for settings in (case.settings, *changed))


def begins_by_discovering(case):
    """Whether the first step discovers the platform, so that no app can be created before it."""
    return bool(case.steps) and case.steps[0].get("call") == "discover"


def needs_keychain(case):
    return any(isinstance(value, dict) and "keychain" in value for value in case.environment.values())


def environment_of(case, folder, keychain=None):
    """The environment variables of a case's driver; those that name a file are files in this folder, and the bus
    of a keychain is that keychain's."""
    values = {}
    for name, value in case.environment.items():
        if isinstance(value, dict) and "keychain" in value:
            values[name] = keychain.environment[name]
            continue
        if isinstance(value, dict) and "file" in value:
            path = Path(folder) / name
            path.write_text(value["file"], "utf-8")
            value = str(path)
        values[name] = keys.setting(name, value)[name] if isinstance(value, dict) else value
    return values


def with_keyring(case, command, folder):
    """The command of a case's driver, in a session of the kernel's keyring that has the case's keys."""
    if not case.keyring:
        return command
    script = []
    for name, key in case.keyring.items():
        path = Path(folder) / f"key-{name}"
        path.write_text(key, "utf-8")
        script.append(f"keyctl padd user appmint:{name} @s <{shlex.quote(str(path))} >/dev/null")
    # keyctl prints a line of its own, which is none of the driver's.
    inner = "; ".join([*script, 'exec "$@" 2>&3 3>&-'])
    return ["sh", "-c", 'exec 3>&2 2>/dev/null; exec "$@"', "sh", "keyctl", "session", "-", "sh", "-ec", inner, "sh", *command]


def words_of_settings(case, scope, changes, now_ms):
    """The settings as they are sent to a driver, with the changes of a further app."""
    settings = {k: v for k, v in {**case.settings, **changes}.items() if v is not None}
    # A descriptor contains braces that are no names.
    described = {k: settings.pop(k) for k in ("platform_descriptor",) if k in settings}
    settings = described | fill(settings, scope, case.clock_ms)
    for name in ("private_key", "fallback_private_key"):
        if name in settings:
            settings.update(keys.setting(name, settings.pop(name)))
    if settings.pop("clock", "manual") == "manual":
        settings["clock_ms"] = now_ms
    return {name: str(value).lower() if isinstance(value, bool) else value
            for name, value in settings.items()}


def exchanges_of(case, entries, scope):
    """The exchanges of a step, expanded from the profile and filled in."""
    expanded = []
    for entry in entries:
        templates = case.profile.get("exchanges", {})
        template = copy.deepcopy(templates.get(entry.get("use"), {}))
        if "as" in template:
            template = copy.deepcopy(templates[template["as"]])
        if "use" in entry and entry["use"] not in templates:
            raise ValueError(f"{case.id}: the profile has no exchange {entry['use']}")
        parameters = {**template.get("parameters", {}),
                      **{name: value for name, value in entry.items() if name not in EXCHANGE}}
        request = {**template.get("request", {}), **entry.get("request", {})}
        for name in entry.get("except", []):
            request.pop(name, None)
        exchange = {"request": request, "reply": entry.get("reply", template.get("reply"))}
        filled = fill(exchange, {**scope, **fill(parameters, scope, case.clock_ms)}, case.clock_ms)
        for name in {"delay_ms", "encode", "headers", "framing"} & set(entry):
            added, reply = fill(entry[name], scope, case.clock_ms), filled["reply"]
            filled["reply"] = {**reply, name: {**reply.get("headers", {}), **added} if name == "headers" else added}
        for pointer, value in fill(entry.get("change", {}), scope, case.clock_ms).items():
            patch(filled["reply"]["json"], pointer, value)
        expanded.extend([filled] * entry.get("times", 1))
        if "reply" not in entry:
            expanded.extend(exchanges_of(case, template.get("then", []), scope))
    return expanded


def fill(value, scope, start_ms):
    """Replaces names in braces by their values, and moments by times."""
    if isinstance(value, dict):
        return {fill_text(key, scope): fill(item, scope, start_ms) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, scope, start_ms) for item in value]
    if not isinstance(value, str):
        return value
    filled = fill_text(value, scope)
    if isinstance(filled, (dict, list)):
        return fill(filled, scope, start_ms)
    if isinstance(filled, str) and filled.startswith("@"):
        at = times.moment(filled, start_ms)
        return filled if at is None else at
    return filled


def fill_text(text, scope):
    whole = NAME.fullmatch(text)
    if whole and whole[1] in scope:
        return scope[whole[1]]
    return NAME.sub(lambda match: str(scope.get(match[1], match[0])), text)
