"""Writes docs/platforms.md, a table of the features of each built-in platform, from the descriptors.

usage: platforms.py [--check]
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DESCRIPTORS = ROOT / "core" / "platforms"
PAGE = ROOT / "docs" / "platforms.md"
NO = "unsupported"
OPERATIONS = [
    "registration", "convert_manifest", "suspend_installation", "unsuspend_installation", "delete_installation",
    "webhook_config", "update_webhook_config", "webhook_delivery", "redeliver_webhook", "check_token", "reset_token", "scope_token",
    "delete_token", "delete_grant", "revoke_credentials", "revoke_installation_token",
]
LOOKUPS = ["id", "account", "organization", "user", "repository", "enterprise"]
HEAD = """# Platforms

What each built-in platform offers. `unsupported` is the kind of error that the operation then ends with, before anything is
sent. This page is generated from the descriptors in `core/platforms`: `make docs`.

"""


def main() -> int:
    page = HEAD + table() + sources()
    if "--check" not in sys.argv:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, "utf-8")
        return 0
    if PAGE.read_text("utf-8") == page:
        return 0
    print("docs/platforms.md differs from the descriptors: run `make docs` to update it")
    return 1


def load(name: str) -> dict:
    """A descriptor, merged into the one that it extends by RFC 7396."""
    own = json.loads((DESCRIPTORS / f"{name}.json").read_text("utf-8"))
    base = own.pop("extends", None)
    return merged(load(base), own) if base else own


def merged(target: object, patch: object) -> object:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def platforms() -> list[dict]:
    return [load(path.stem) for path in sorted(DESCRIPTORS.glob("*.json"))]


def rows() -> dict:
    """The functions that compute a platform's cell, by row name."""
    return {
        "name in `platform`": lambda p: f"`{p['name']}`",
        "hosts": hosts,
        "`jwt`": jwt,
        "`installations`": listing,
        **{f"`find_installation` by {kind}": lookup(kind) for kind in LOOKUPS},
        "`installation(id).token`": lambda p: "yes" if "installation_token" in p else NO,
        "… narrowed": narrowing,
        "`installation(id).repositories`": lambda p: pages(p.get("lists", {}).get("repositories")),
        "`installation(id).revoke`": operation("revoke_installation_token"),
        "`app_tokens().token`": lambda p: yes("app_path" in p.get("installation_token", {}) or assertion(p) or client_credentials(p)),
        "… for OAuth `scopes`": lambda p: yes("scope" in assertion(p) or "scope_separator" in client_credentials(p)),
        "… for a `subject`": lambda p: yes(assertion(p).get("subject")),
        "`install_url`": lambda p: yes("install" in p),
        "… with `state`": lambda p: yes("state" in p.get("install", {})),
        "… with `redirect_uri`, where to return to": lambda p: yes("redirect_uri" in p.get("install", {})),
        "`finish_install`": lambda p: yes("installation_id" in p.get("install", {})),
        "`webhook_deliveries`": lambda p: pages(p.get("lists", {}).get("webhook_deliveries")),
        **{f"`{name}`": operation(name) for name in OPERATIONS},
        "`authorize`, `authorization_code`": lambda p: authorize(p, lambda a: "yes"),
        "… with PKCE": lambda p: authorize(p, lambda a: "S256" if a.get("pkce") else "no"),
        "… with `scopes`": lambda p: authorize(p, lambda a: yes("scope_separator" in a)),
        "… with `login_hint`": lambda p: authorize(p, lambda a: yes("login_hint" in a)),
        "… with `prompt`": lambda p: authorize(p, lambda a: ", ".join(a["prompt"]["values"]) if "prompt" in a else NO),
        "`exchange_code`, `refresh`": lambda p: oauth(p, lambda o: o["token"]["encoding"]),
        "… with `redirect_uri`": lambda p: oauth(p, lambda o: yes(o.get("exchange", {}).get("redirect_uri", True))),
        "… `iss` in the callback": lambda p: oauth(p, lambda o: "compared" if "issuer" in o else "not sent"),
        "`start_login`": lambda p: authorize(p, lambda a: "yes"),
        "`start_device_login`": lambda p: yes("device" in p.get("oauth", {})),
        "`revoke_token`": lambda p: yes("revocation" in p.get("oauth", {})),
        "`introspect_token`": lambda p: yes("introspection" in p.get("oauth", {})),
        "`exchange_token`": lambda p: yes("token_exchange" in p.get("oauth", {})),
        "`session`, after a refresh whose answer was lost": rotation,
        "`request` with a token": lambda p: "yes",
        "`paginate`": endpoints,
        "`verify_webhook`": webhook,
        "git over HTTPS: user name": lambda p: f"`{p['git']['username']}`" if "git" in p else "not documented",
        "variables with a token": lambda p: ", ".join(f"`{name}`" for name in p.get("token_variables", [])) or "none",
        "facts are": lambda p: f"{p['verified']}, {p['as_of']}",
    }


def table() -> str:
    columns = platforms()
    lines = ["| | " + " | ".join(p["display_name"] for p in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(cell(p) for p in columns) + " |" for name, cell in rows().items()]
    return "\n".join(lines) + "\n"


def sources() -> str:
    lines = [f"- {p['display_name']}: " + ", ".join(f"<{url}>" for url in p["documentation"]) for p in platforms()]
    notes = [note for p in platforms() for note in p.get("notes", [])]
    return "\n" + "\n\n".join(notes) + "\n\n## Where the facts are from\n\n" + "\n".join(lines) + "\n"


def hosts(platform: dict) -> str:
    own = [platform["hosts"]["api"].removeprefix("https://")] if "api" in platform["hosts"] else []
    named = [f"host=`{rule['host']}`" for rule in platform["hosts"].get("at", []) if "host" in rule]
    return ", ".join(own + named)


def jwt(platform: dict) -> str:
    if "jwt" not in platform:
        return NO
    issuer = platform["jwt"]["issuer"].replace("_or_", " or ")
    return f"issuer {issuer}, at most {platform['jwt']['max_lifetime_s']} s"


def listing(platform: dict) -> str:
    if "installations" not in platform:
        return NO
    return pages(platform["installations"]["list"])


def pages(offered: dict | None) -> str:
    if offered is None:
        return NO
    paging = offered.get("paging", {"style": "one"})
    return {"one": "in one page", "link": "pages by Link", "page": "pages by number"}[paging["style"]]


def endpoints(platform: dict) -> str:
    style = platform["api"].get("paging", {"style": "link"})["style"]
    return {"link": "pages by Link", "page": "pages by Link or number"}[style]


def operation(name: str):
    return lambda platform: yes(name in platform.get("operations", {}))


def lookup(kind: str):
    def cell(platform: dict) -> str:
        if "installations" not in platform:
            return NO
        if platform["installations"].get("find", {}).get(kind):
            return "endpoint"
        return NO if kind in ("repository", "enterprise") else "in the list"

    return cell


def narrowing(platform: dict) -> str:
    rules = platform.get("installation_token", {}).get("narrowing")
    if not rules:
        return NO
    kinds = [kind for kind in ("repositories", "repository_ids", "permissions") if kind in rules]
    return f"by {', '.join(kinds)}; at most {rules['max_repositories']}"


def oauth(platform: dict, read) -> str:
    return read(platform["oauth"]) if "oauth" in platform else NO


def authorize(platform: dict, read) -> str:
    return oauth(platform, lambda rules: read(rules["authorize"]) if "authorize" in rules else NO)


def assertion(platform: dict) -> dict:
    return platform.get("oauth", {}).get("assertion", {})


def client_credentials(platform: dict) -> dict:
    return platform.get("oauth", {}).get("client_credentials", {})


def rotation(platform: dict) -> str:
    """The fate of a session if the reply to its refresh is lost, so that its refresh token may be used up."""
    if "oauth" not in platform:
        return NO
    rules = platform["oauth"].get("refresh", {})
    if not rules.get("rotates", True):
        return "refreshed again"
    if rules.get("grace_s"):
        return f"refreshed again within {rules['grace_s']} s"
    can_look = rules.get("ends_old_token") and "check_token" in platform.get("operations", {})
    return "refreshed again if the old token lives" if can_look else "over"


def yes(offered: bool) -> str:
    return "yes" if offered else NO


def webhook(platform: dict) -> str:
    rules = platform.get("webhook")
    return " or ".join(f"`{rule['header']}`" for rule in rules["signatures"]) if rules else NO


if __name__ == "__main__":
    sys.exit(main())
