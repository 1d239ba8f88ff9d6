"""Does what the runner says with the Python surface; the language is in ../../PROTOCOL.md."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from inspect import signature
from itertools import islice
from threading import Lock
from time import sleep
from urllib.parse import quote, unquote, urlencode

import appmint


class Driver:
    def __init__(self):
        self.settings, self.clock, self.app = {}, None, None
        self.told, self.changed, self.shelf = [], [], Shelf()
        self.people = People()

    def obey(self, command, words):
        if command == "config":
            for key, value in words.items():
                self.set(key, value)
        elif command == "app":
            settings, self.settings = self.settings, {}
            self.app = appmint.App(settings.pop("platform", None), **settings)
            return {"shown": repr(self.app)}
        elif command == "advance":
            self.clock.advance(milliseconds(words["ms"]))
        elif command == "call":
            return self.call(words.pop("op"), words) or {}
        else:
            raise LookupError(f"no command {command}")
        return {}

    def call(self, operation, words):
        if operation in ("discover", "events", "watch", "changes"):
            return getattr(self, operation)(**words)
        if operation in vars(People):
            return getattr(self.people, operation)(self.app, **words)
        return OPERATIONS[operation](self.app, **words)

    def discover(self, issuer):
        """Learns what the next app's platform is."""
        network = {name: self.settings[name] for name in NETWORK if name in self.settings}
        self.settings["platform_descriptor"] = appmint.discover(issuer, **network)
        return {"value": self.settings["platform_descriptor"]}

    def events(self):
        sleep(MOMENT)
        told = {"count": len(self.told)}
        for index in range(len(self.told)):
            told |= event(self.told.pop(0), f"{index}.")
        return told

    def watch(self, **words):
        source(self.app, words).on_change(lambda *change: self.changed.append(change))

    def changes(self):
        sleep(MOMENT)
        before, last = self.changed[-1] if self.changed else (None, None)
        return {"count": len(self.changed), "reveal.last": last and last.reveal(),
                "reveal.before": before and before.reveal()}

    def set(self, key, value):
        if key == "clock_ms":
            self.clock = self.settings["clock"] = appmint.ManualClock(int(value))
        elif key.endswith("_hex"):
            self.settings[key.removesuffix("_hex")] = bytes.fromhex(value)
        elif key == "own_store":
            self.settings["store"] = self.shelf if value == "ok" else Broken()
        elif key == "on_event":
            self.settings[key] = self.told.append if value == "true" else fail
        else:
            self.settings[key] = READ.get(key, str)(value)


class People:
    """Users: what one command brought is kept for a later one. Each operation is a method."""

    def authorize(self, app, **words):
        return self._authorization(app.authorize(**lists(words)))

    def open_authorization(self, app, sealed):
        return self._authorization(app.open_authorization(sealed))

    def seal_authorization(self, app):
        return {"reveal.value": app.seal_authorization(self.authorization)}

    def finish_authorization(self, app, callback_url):
        return self._token(app.finish_authorization(self.authorization, callback_url))

    def exchange_code(self, app, **words):
        return self._token(app.exchange_code(**words))

    def refresh(self, app, **words):
        return self._token(app.refresh(**words))

    def start_login(self, app, **words):
        self.login = app.start_login(**lists(words))
        return members(self.login, ["url", "redirect_uri"]) | {"shown": repr(self.login)}

    def login_wait(self, _app, **words):
        return self._token(self.login.wait(**spans(words)))

    def login_cancel(self, _app):
        self.login.cancel()

    def start_device_login(self, app, **words):
        self.device = app.start_device_login(**lists(words))
        names = ["user_code", "verification_uri", "verification_uri_complete", "expires_at"]
        return members(self.device, names) | {"shown": repr(self.device)}

    def device_poll(self, _app):
        return self._token(self.device.poll())

    def device_wait(self, _app):
        return self._token(self.device.wait())

    def device_cancel(self, _app):
        self.device.cancel()

    def start_session(self, app, name):
        app.start_session(name, self.token)

    def end_session(self, app, name):
        app.end_session(name)

    def session_token(self, app, name, **words):
        return token(app.session(name).token(**spans(words)))

    def session_invalidate(self, app, name):
        app.session(name).invalidate()

    def session_request(self, app, name, **words):
        return response(app.session(name).request(**call(words)))

    def _authorization(self, made):
        self.authorization = made
        return authorization(made)

    def _token(self, brought):
        self.token = brought
        return token(brought)


class Shelf:
    """A store in the driver's memory."""

    def __init__(self):
        self.values, self.owners, self.guard = {}, {}, Lock()

    def get(self, name):
        return self.values.get(name)

    def put(self, name, value, expected, _keep_until):
        with self.guard:
            is_expected = self.values.get(name) == expected
            if is_expected:
                self.values[name] = value
            return is_expected

    def remove(self, name, expected):
        with self.guard:
            if self.values.get(name) == expected:
                self.values.pop(name, None)

    def lock(self, name, owner, _lease):
        return self.owners.setdefault(name, owner) == owner

    def unlock(self, name, owner):
        with self.guard:
            if self.owners.get(name) == owner:
                del self.owners[name]


class Broken:
    """A store whose callbacks fail."""

    def fail(self, *_):
        raise RuntimeError("the store callback failed")

    get = put = remove = lock = unlock = fail


def source(app, words):
    by = {name: words.pop(name) for name in BY if name in words}
    return app.installation(**by, **narrowing(words))


def tokens(app, count, **words):
    of = source(app, words)
    with ThreadPoolExecutor(int(count)) as pool:
        got = pool.map(lambda _: of.token().reveal(), range(int(count)))
    return {"count": len(set(got))}


def event(of, prefix):
    kind, offset = of.error and of.error.kind, of.clock_offset
    told = {"clock_offset": None if offset is None else offset // timedelta(milliseconds=1)}
    told |= {"error_kind": kind, "is_warning": str(of.is_warning).lower(), "text": of.text}
    told |= {"kind": of.kind, "installation_id": of.installation_id}
    return {prefix + key: value for key, value in told.items()}


def narrowing(words):
    return {name: read(words.pop(name)) for name, read in NARROWING.items() if name in words}


def spans(words):
    """The spans of a call, without their unit in the name."""
    return {key.removesuffix("_ms"): milliseconds(words.pop(key)) for key in list(words)
            if key.endswith("_ms")}


def source_token(app, **words):
    return token(source(app, words).token(**spans(words)))


def app_token(app, **words):
    of = spans(words)
    return token(app.app_tokens(**lists(words)).token(**of))


def scope_token(app, **words):
    return token(app.scope_token(**narrowing(words), **words))


def update_webhook_config(app, **words):
    if "insecure_ssl" in words:
        words["insecure_ssl"] = words["insecure_ssl"] == "true"
    return whole(app.update_webhook_config(**words))


def webhook(app, body, secrets, **words):
    return app.verify_webhook(call(words)["headers"], body.encode(), split(secrets))


def verify_webhook(app, **words):
    hook = webhook(app, **words)
    return members(hook, ["event", "delivery_id", "installation_id", "payload"]) | {"shown": repr(hook)}


def listed(listing, limit=None):
    found = list(islice(listing, limit and int(limit)))
    keyed = [whole(each, f"{index}.") for index, each in enumerate(found)]
    return {"count": len(found)} | {key: value for each in keyed for key, value in each.items()}


def registration(of):
    secrets = ["client_secret", "webhook_secret", "private_key"]
    return whole(of) | {f"reveal.{name}": getattr(of, f"reveal_{name}")() for name in secrets}


def authorization(of):
    shown = members(of, ["url", "state", "redirect_uri"]) | {"shown": repr(of)}
    return shown | {"reveal.code_verifier": of.code_verifier}


def lists(words):
    return words | {name: read(words[name]) for name, read in LISTS.items() if name in words}


OPERATIONS = {
    "version": lambda app: {"value": appmint.version()},
    "platforms": lambda app: {"value": ",".join(appmint.platforms())},
    "jwt": lambda app: token(app.jwt()),
    "fingerprint": lambda app: {"value": app.fingerprint},
    "platform_name": lambda app: {"value": app.platform_name},
    "installations": lambda app, **words: listed(app.installations(), **words),
    "clock_offset": lambda app: {"value": app.clock_offset // timedelta(milliseconds=1)},
    "find_installation": lambda app, **words: whole(app.find_installation(**words)),
    "token": source_token,
    "source_authorization_header": lambda app, **words: {
        "reveal.value": source(app, words).authorization_header(**spans(words))},
    "source_expires_at": lambda app, **words: {"value": time(source(app, words).expires_at)},
    "source_installation_id": lambda app, **words: {"value": source(app, words).installation_id},
    "tokens": tokens,
    "stats": lambda app: members(app.stats(), STATS),
    "apply_webhook": lambda app, **words: {"value": app.apply_webhook(webhook(app, **words))},
    "close": lambda app: app.close(),
    "app_token": app_token,
    "invalidate": lambda app, **words: source(app, words).invalidate(),
    "revoke": lambda app, **words: source(app, words).revoke(),
    "repositories": lambda app, **words: listed(source(app, words).repositories(), **words),
    "registration": lambda app: registration(app.registration()),
    "convert_manifest": lambda app, **words: registration(app.convert_manifest(**words)),
    "suspend_installation": lambda app, **words: app.suspend_installation(**words),
    "unsuspend_installation": lambda app, **words: app.unsuspend_installation(**words),
    "delete_installation": lambda app, **words: app.delete_installation(**words),
    "webhook_config": lambda app: whole(app.webhook_config()),
    "update_webhook_config": update_webhook_config,
    "webhook_deliveries": lambda app, **words: listed(app.webhook_deliveries(), **words),
    "webhook_delivery": lambda app, **words: whole(app.webhook_delivery(**words)),
    "redeliver_webhook": lambda app, id: app.redeliver_webhook(id),
    "check_token": lambda app, **words: token(app.check_token(**words)),
    "reset_token": lambda app, **words: token(app.reset_token(**words)),
    "scope_token": scope_token,
    "delete_token": lambda app, **words: app.delete_token(**words),
    "delete_grant": lambda app, **words: app.delete_grant(**words),
    "revoke_token": lambda app, **words: app.revoke_token(**words),
    "introspect_token": lambda app, **words: whole(app.introspect_token(**words)),
    "revoke_installation_token": lambda app, **words: app.revoke_installation_token(**words),
    "revoke_credentials": lambda app, credentials: app.revoke_credentials(split(credentials)),
    "install_url": lambda app, **words: authorization(app.install_url(**words)),
    "finish_install": lambda app, **words: whole(app.finish_install(**words)),
    "source_request": lambda app, **words: response(source(app, words).request(**call(words))),
    "verify_webhook": verify_webhook,
    "authorization_code": lambda app, **words: {"reveal.value": app.authorization_code(**words)},
    "request": lambda app, **words: response(app.request(**call(words))),
}


def fail(_):
    raise RuntimeError("the callback failed")


def milliseconds(text):
    return timedelta(milliseconds=int(text))


def split(text):
    return text.split(",") if text else []


READ = dict.fromkeys(["jwt_back_date", "jwt_lifetime", "max_response_body", "retries",
                      "capacity"], int)
READ |= dict.fromkeys(["timeout", "connect_timeout", "retry_wait"], milliseconds)
READ |= dict.fromkeys(["allow_plain_http", "store_unencrypted"], lambda text: text == "true")
READ |= {"signer": lambda text: fail if text == "fail" else lambda message: b"\x01" * 256}
NETWORK = [name for name in signature(appmint.discover).parameters if name != "issuer"]
LISTS = {"scopes": split, "ports": lambda text: [int(port) for port in split(text)]}
BY = ["id", "account", "organization", "user", "repository", "enterprise"]
STATS = [name for name in dir(appmint.Stats) if not name.startswith("_")]
# For what is on its way on another thread.
MOMENT = 0.1
NARROWING = {"repositories": split, "repository_ids": split,
             "permissions": lambda text: dict(pair.split(":") for pair in split(text))}


def call(words):
    headers = {key[7:]: words.pop(key) for key in list(words) if key.startswith("header.")}
    if "json" in words:
        words["json"] = json.loads(words["json"])
    return spans(words) | words | {"headers": headers}


def token(of):
    names = ["kind", "expires_at", "permissions", "repository_selection", "repositories", "scopes",
             "account"]
    revealed = {"reveal.token": of.reveal(), "reveal.authorization": of.authorization_header(),
                "reveal.refresh_token": of.reveal_refresh_token()}
    return members(of, [*names, "claims", "refresh_token_expires_at"]) | revealed | {"shown": repr(of)}


def whole(of, prefix=""):
    names = [name for name in dir(of) if not name.startswith(("_", "reveal_"))]
    return members(of, names, prefix) | {f"{prefix}shown": repr(of)}


def members(of, names, prefix=""):
    return {prefix + key: value for key, value in (word(name, getattr(of, name)) for name in names)}


def word(name, value):
    if isinstance(value, datetime):
        return f"{name}_ms", time(value)
    if isinstance(value, bool):
        return name, str(value).lower()
    if name == "permissions":
        value = [f"{key}:{level}" for key, level in sorted(value.items())]
    elif name == "payload" or isinstance(value, dict):
        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return name, ",".join(value) if isinstance(value, list) else value


def time(of):
    return of and round(of.timestamp() * 1000)


def response(of):
    headers = {f"header.{name}": value for name, value in of.headers.items()}
    return {"status": of.status, "body": of.body, "shown": repr(of)} | headers


def error(of):
    names = ["kind", "reason", "message", "hint", "status", "platform_code", "request_id"]
    wait = None if of.retry_after is None else of.retry_after // timedelta(milliseconds=1)
    more = {"retry_after_ms": wait, "is_retryable": str(of.is_retryable).lower()}
    return members(of, names) | more | {"shown": f"{of!r} {of}"}


driver = Driver()
for line in sys.stdin:
    command, *pairs = line.rstrip("\n").split(" ")
    words = dict(map(unquote, pair.split("=", 1)) for pair in pairs)
    try:
        status, answer = "ok", driver.obey(command, words)
    except appmint.Error as raised:
        status, answer = "error", error(raised)
    present = {key: value for key, value in answer.items() if value is not None}
    pairs = urlencode(present, quote_via=quote, safe="").split("&") if present else []
    print(status, *pairs, flush=True)
