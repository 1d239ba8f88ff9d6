"""Case files, profiles of platforms, and the filling in of both."""

import copy
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import keys, times

SUITE = Path(__file__).parent.parent
ROOT = SUITE.parent.parent
NAME = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
EXCHANGE = {"use", "request", "reply", "change", "times", "except", "delay_ms"}
# Settings with which a driver keeps what another case must not see.
KEPT = {"own_store", "on_event"}
# Settings that say how to reach the network, and the clock.
NETWORK = {"timeout", "connect_timeout", "proxy", "root_certificates", "user_agent", "allow_plain_http", "retries",
           "retry_wait", "clock_ms"}
FILE = {"about", "platforms", "also", "settings", "clock", "source", "cases"}
MEMBERS = {"id", "claims", "source", "settings", "clock", "descriptor", "steps", "app", "secrets", "platform", "surfaces"}
STEP = {"call", "with", "exchanges", "later", "result", "error", "soon", "advance", "app", "save", "at_least_ms", "browse"}


@dataclass
class Case:
    """One case on one platform."""

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


def load_all(folder=SUITE / "cases"):
    files = sorted(folder.rglob("*.json"))
    cases = [case for file in files for case in load(file, folder)]
    names = [case.id for case in cases]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"case ids given twice: {sorted(doubled)}")
    check_left_out(cases)
    return [case for case in cases if not left_out(case)]


def load(file, folder):
    """The cases of one file, each once for every platform that the file names."""
    content = json.loads(file.read_text("utf-8"))
    place = file.relative_to(folder).with_suffix("").as_posix()
    if unknown := set(content) - FILE:
        raise ValueError(f"{place}: unknown members {sorted(unknown)}")
    for raw in content["cases"]:
        also = [] if "platform" in raw else content.get("also", [])
        platforms = [raw["platform"]] if "platform" in raw else [*content["platforms"], *also]
        for platform in platforms:
            suffix = f"@{platform}" if len(platforms) > 1 else ""
            case = of(f"{place}/{raw['id']}{suffix}", platform, content, raw)
            case.first_surface_only = platform in also
            yield case


def left_out(case):
    """Whether the profile says that the platform cannot have this case."""
    return any(case.id.startswith(beginning) for beginning in case.profile.get("leaves_out", {}))


def check_left_out(cases):
    """Refuses a profile that leaves out what does not exist."""
    for platform in {case.platform for case in cases}:
        own = [case.id for case in cases if case.platform == platform]
        for beginning in load_profile(platform).get("leaves_out", {}):
            if not any(name.startswith(beginning) for name in own):
                raise ValueError(f"the profile {platform} leaves out {beginning}, which is not there")


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
        secrets=raw.get("secrets", []), profile=profile, surfaces=raw.get("surfaces", []))


def check(name, raw):
    """Refuses what would silently test nothing."""
    unknown = set(raw) - MEMBERS
    steps = raw.get("steps", [])
    unknown |= {member for step in steps for member in set(step) - STEP}
    if unknown:
        raise ValueError(f"{name}: unknown members {sorted(unknown)}")
    for step in [*steps, raw.get("app", {})]:
        if "error" in step and not {"kind", "reason"} <= set(step["error"]):
            raise ValueError(f"{name}: an expected error names its kind and its reason")
        if "call" in step and ("result" in step) == ("error" in step):
            raise ValueError(f"{name}: a call has a result or an error")
        if "soon" in step and {"exchanges", "later"} & set(step):
            raise ValueError(f"{name}: what is asked for again and again has no exchanges")


@cache
def load_profile(platform):
    profile = json.loads((SUITE / "profiles" / f"{platform}.json").read_text("utf-8"))
    return overlaid(load_profile(profile.pop("extends")), profile) if "extends" in profile else profile


def overlaid(below, above):
    """What `above` says, and for the rest what `below` does; objects are laid over each other."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{name: overlaid(below.get(name), value) for name, value in above.items()}}


def patch(document, pointer, value):
    """Sets or (with null) removes the member that a JSON pointer leads to."""
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
    """Whether a driver keeps something of this case: a store, events, new tokens, a platform that it discovered."""
    changed = [step["app"] for step in case.steps if "app" in step]
    watches = any(step.get("call") in ("watch", "discover") for step in case.steps)
    return watches or any(KEPT & set(settings) for settings in (case.settings, *changed))


def begins_by_discovering(case):
    """Whether there is nothing to make an app of before the first step."""
    return bool(case.steps) and case.steps[0].get("call") == "discover"


def words_of_settings(case, scope, changes, now_ms):
    """The settings as a driver is told them, with the changes that a further app has."""
    settings = {k: v for k, v in {**case.settings, **changes}.items() if v is not None}
    # A descriptor has braces of its own.
    described = {k: settings.pop(k) for k in ("platform_descriptor",) if k in settings}
    settings = described | fill(settings, scope, case.clock_ms)
    for name in ("private_key", "fallback_private_key"):
        if name in settings:
            settings.update(keys.setting(name, settings.pop(name)))
    if settings.pop("clock", "manual") == "manual":
        settings["clock_ms"] = now_ms
    return {name: str(value).lower() if isinstance(value, bool) else value
            for name, value in settings.items()}


def exchanges_of(case, shorts, scope):
    """Exchanges, written out and filled in."""
    written = []
    for short in shorts:
        templates = case.profile.get("exchanges", {})
        template = copy.deepcopy(templates.get(short.get("use"), {}))
        if "as" in template:
            template = copy.deepcopy(templates[template["as"]])
        if "use" in short and short["use"] not in templates:
            raise ValueError(f"{case.id}: the profile has no exchange {short['use']}")
        parameters = {**template.get("parameters", {}),
                      **{name: value for name, value in short.items() if name not in EXCHANGE}}
        request = {**template.get("request", {}), **short.get("request", {})}
        for name in short.get("except", []):
            request.pop(name, None)
        whole = {"request": request, "reply": short.get("reply", template.get("reply"))}
        if "delay_ms" in short:
            whole["reply"] = {**whole["reply"], "delay_ms": short["delay_ms"]}
        filled = fill(whole, {**scope, **fill(parameters, scope, case.clock_ms)}, case.clock_ms)
        for pointer, value in fill(short.get("change", {}), scope, case.clock_ms).items():
            patch(filled["reply"]["json"], pointer, value)
        written.extend([filled] * short.get("times", 1))
        if "reply" not in short:
            written.extend(exchanges_of(case, template.get("then", []), scope))
    return written


def fill(value, scope, start_ms):
    """Puts values for names in braces, and times for moments."""
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
