"""Carries out the runner's commands on the Python surface, in the language of ../../PROTOCOL.md."""

import asyncio
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from inspect import signature
from itertools import islice
from threading import Event, Lock
from time import sleep
from urllib.parse import quote, unquote, urlencode

import appmint


class Driver:
    def __init__(self):
        self.settings, self.clock, self.app = {}, None, None
        self.recorded, self.changed, self.store = [], [], MemoryStore()
        self.users = Users()

    def run(self, command, arguments):
        if command == "config":
            for key, value in arguments.items():
                self.set(key, value)
        elif command == "app":
            settings, self.settings = self.settings, {}
            app = appmint.App(settings.pop("platform", None), **settings)
            self.app = Awaiting(app) if AWAITS else app
            return {"shown": repr(app)}
        elif command == "advance":
            self.clock.advance(milliseconds(arguments["ms"]))
        elif command == "set_clock":
            self.clock.set(int(arguments["ms"]))
        elif command == "call":
            return self.call(arguments.pop("op"), arguments) or {}
        else:
            raise LookupError(f"no command {command}")
        return {}

    def call(self, operation, arguments):
        if operation in ("discover", "events", "watch", "unwatch", "changes"):
            return getattr(self, operation)(**arguments)
        if operation in vars(Users):
            return getattr(self.users, operation)(self.app, **arguments)
        return OPERATIONS[operation](self.app, **arguments)

    def discover(self, issuer):
        """Keeps the descriptor for the next app."""
        network = {name: self.settings[name] for name in NETWORK if name in self.settings}
        discover = awaited(appmint.discover_async) if AWAITS else appmint.discover
        self.settings["platform_descriptor"] = discover(issuer, **network)
        return {"value": self.settings["platform_descriptor"]}

    def events(self):
        sleep(MOMENT)
        members = {"count": len(self.recorded)}
        for index in range(len(self.recorded)):
            members |= event(self.recorded.pop(0), f"{index}.")
        return members

    def watch(self, **arguments):
        self.watching = source(self.app, arguments).on_change(lambda *change: self.changed.append(change))

    def unwatch(self):
        self.watching.unsubscribe()

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
            self.settings["store"] = self.store if value == "ok" else STORES[value]()
        elif key == "on_event":
            self.settings[key] = self.recorded.append if value == "true" else fail
        else:
            self.settings[key] = READ.get(key, str)(value)


class Awaiting:
    """An object whose calls are awaited, each on the driver's event loop, and whose lists are iterated there."""

    def __init__(self, of):
        self._of = of

    def __getattr__(self, name):
        coroutine = getattr(self._of, f"{name}_async", None)
        member = getattr(self._of, name)
        if coroutine is not None:
            return awaited(coroutine)
        return (lambda *args, **keywords: wrapped(member(*args, **keywords))) if callable(member) else member

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return LOOP.run_until_complete(self._of.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def __repr__(self):
        return repr(self._of)


def awaited(start):
    async def result(args, keywords):
        return await start(*args, **keywords)

    return lambda *args, **keywords: wrapped(LOOP.run_until_complete(result(args, keywords)))


def wrapped(result):
    goes_out = (appmint.TokenSource, appmint.Listing, appmint.Login, appmint.DeviceLogin)
    return Awaiting(result) if isinstance(result, goes_out) else result


class Users:
    """Operations for users, one a method. The result of one is kept for a later one."""

    def authorize(self, app, **arguments):
        return self._authorization(app.authorize(**lists(arguments)))

    def install_url(self, app, **arguments):
        return self._authorization(app.install_url(**arguments))

    def exchange_token(self, app, **arguments):
        return token(app.exchange_token(**lists(arguments)))

    def open_authorization(self, app, sealed):
        return self._authorization(app.open_authorization(sealed))

    def seal_authorization(self, app):
        return {"reveal.value": app.seal_authorization(self.authorization)}

    def finish_authorization(self, app, callback_url):
        return self._token(app.finish_authorization(self.authorization, callback_url))

    def exchange_code(self, app, **arguments):
        return self._token(app.exchange_code(**arguments))

    def refresh(self, app, **arguments):
        return self._token(app.refresh(**arguments))

    def start_login(self, app, **arguments):
        self.login = app.start_login(**lists(arguments))
        return members(self.login, ["url", "redirect_uri"]) | {"shown": repr(self.login)}

    def login_wait(self, _app, **arguments):
        return self._token(self.login.wait(**durations(arguments)))

    def login_cancel(self, _app):
        self.login.cancel()

    def start_device_login(self, app, **arguments):
        self.device = app.start_device_login(**lists(arguments))
        names = ["user_code", "verification_uri", "verification_uri_complete", "expires_at"]
        return members(self.device, names) | {"shown": repr(self.device)}

    def device_poll(self, _app):
        return self._token(self.device.poll())

    def device_wait(self, _app):
        return self._token(self.device.wait())

    def device_cancel(self, _app):
        self.device.cancel()

    def start_session(self, app, name, **arguments):
        app.start_session(name, self.token, **arguments)

    def end_session(self, app, name):
        app.end_session(name)

    def session_token(self, app, name, **arguments):
        return token(app.session(name).token(**durations(arguments)))

    def session_invalidate(self, app, name):
        app.session(name).invalidate()

    def session_revoke(self, app, name):
        app.session(name).revoke()

    def session_paginate(self, app, name, **arguments):
        return listed(app.session(name).paginate(**call(arguments)), None, item)

    def session_request(self, app, name, **arguments):
        return response(app.session(name).request(**call(arguments)))

    def _authorization(self, result):
        self.authorization = result
        return authorization(result)

    def _token(self, result):
        self.token = result
        return token(result)


class MemoryStore:
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


class RefusingStore:
    """A store that has nothing, writes nothing and gives nobody a lock."""

    def get(self, *_):
        return None

    def put(self, *_):
        return False

    remove, lock, unlock = get, put, get


class BlockingStore:
    """A store whose methods do not return."""

    def block(self, *_):
        Event().wait()

    get = put = remove = lock = unlock = block


class BrokenStore:
    """A store whose methods raise."""

    def fail(self, *_):
        raise RuntimeError("the store callback failed")

    get = put = remove = lock = unlock = fail


STORES = {"fail": BrokenStore, "no": RefusingStore, "block": BlockingStore}


def source(app, arguments):
    by = {name: arguments.pop(name) for name in BY if name in arguments}
    return app.installation(**by, **narrowing(arguments))


def tokens(app, count, **arguments):
    of = source(app, arguments)
    if AWAITS:
        got = LOOP.run_until_complete(gathered(of._of, int(count)))
    else:
        with ThreadPoolExecutor(int(count)) as pool:
            got = list(pool.map(lambda _: of.token(), range(int(count))))
    return {"count": len({token.reveal() for token in got})}


async def gathered(of, count):
    return await asyncio.gather(*(of.token_async() for _ in range(count)))


def event(of, prefix):
    kind, offset = of.error and of.error.kind, of.clock_offset
    fields = {"clock_offset": None if offset is None else offset // timedelta(milliseconds=1)}
    fields |= {"error_kind": kind, "is_warning": str(of.is_warning).lower(), "text": of.text}
    fields |= {"quota": of.quota and of.quota.remaining}
    fields |= {"kind": of.kind, "installation_id": of.installation_id}
    return {prefix + key: value for key, value in fields.items()}


def narrowing(arguments):
    return {name: convert(arguments.pop(name)) for name, convert in NARROWING.items() if name in arguments}


def durations(arguments):
    """The durations of a call, without their unit in the name."""
    return {key.removesuffix("_ms"): milliseconds(arguments.pop(key)) for key in list(arguments)
            if key.endswith("_ms")}


def source_token(app, **arguments):
    return token(source(app, arguments).token(**durations(arguments)))


def app_token(app, **arguments):
    of = durations(arguments)
    return token(app.app_tokens(**lists(arguments)).token(**of))


def scope_token(app, **arguments):
    return token(app.scope_token(**narrowing(arguments), **arguments))


def update_webhook_config(app, **arguments):
    if "insecure_ssl" in arguments:
        arguments["insecure_ssl"] = arguments["insecure_ssl"] == "true"
    return whole(app.update_webhook_config(**arguments))


def webhook(app, body, secrets, **arguments):
    return app.verify_webhook(call(arguments)["headers"], body.encode(), split(secrets))


def verify_webhook(app, **arguments):
    verified = webhook(app, **arguments)
    names = ["delivery_id", "installation_id", "payload"]
    return members(verified, names) | {"event": verified.name, "shown": repr(verified)}


def listed(listing, limit=None, tell=None):
    found = list(islice(listing, limit and int(limit)))
    keyed = [(tell or whole)(each, f"{index}.") for index, each in enumerate(found)]
    return {"count": len(found)} | {key: value for each in keyed for key, value in each.items()}


def item(value, prefix):
    return {f"{prefix}value": json.dumps(value, ensure_ascii=False, separators=(",", ":"))}


def registration(of):
    secrets = ["client_secret", "webhook_secret", "private_key"]
    return whole(of) | {f"reveal.{name}": getattr(of, f"reveal_{name}")() for name in secrets}


def authorization(of):
    shown = members(of, ["url", "state", "redirect_uri"]) | {"shown": repr(of)}
    return shown | {"reveal.code_verifier": of.code_verifier}


def lists(arguments):
    return arguments | {name: convert(arguments[name]) for name, convert in LISTS.items() if name in arguments}


OPERATIONS = {
    "version": lambda app: {"value": appmint.version()},
    "secret_pattern": lambda app: {"value": appmint.secret_pattern()},
    "platforms": lambda app: {"value": ",".join(appmint.platforms())},
    "jwt": lambda app: token(app.jwt()),
    "fingerprint": lambda app: {"value": app.fingerprint},
    "platform_name": lambda app: {"value": app.platform_name},
    "installations": lambda app, **arguments: listed(app.installations(), **arguments),
    "clock_offset": lambda app: {"value": app.clock_offset // timedelta(milliseconds=1)},
    "find_installation": lambda app, **arguments: whole(app.find_installation(**arguments)),
    "token": source_token,
    "source_authorization_header": lambda app, **arguments: {
        "reveal.value": source(app, arguments).authorization_header(**durations(arguments))},
    "quota": lambda app: quota(app.quota()),
    "source_quota": lambda app, **arguments: quota(source(app, arguments).quota()),
    "source_expires_at": lambda app, **arguments: {"value": time(source(app, arguments).expires_at)},
    "source_installation_id": lambda app, **arguments: {"value": source(app, arguments).installation_id},
    "tokens": tokens,
    "stats": lambda app: members(app.stats(), STATS),
    "apply_webhook": lambda app, **arguments: {"value": app.apply_webhook(webhook(app, **arguments))},
    "close": lambda app: app.close(),
    "app_token": app_token,
    "invalidate": lambda app, token=None, **arguments: source(app, arguments).invalidate(token),
    "revoke": lambda app, **arguments: source(app, arguments).revoke(),
    "repositories": lambda app, **arguments: listed(source(app, arguments).repositories(), **arguments),
    "registration": lambda app: registration(app.registration()),
    "convert_manifest": lambda app, **arguments: registration(app.convert_manifest(**arguments)),
    "suspend_installation": lambda app, **arguments: app.suspend_installation(**arguments),
    "unsuspend_installation": lambda app, **arguments: app.unsuspend_installation(**arguments),
    "delete_installation": lambda app, **arguments: app.delete_installation(**arguments),
    "webhook_config": lambda app: whole(app.webhook_config()),
    "update_webhook_config": update_webhook_config,
    "webhook_deliveries": lambda app, **arguments: listed(app.webhook_deliveries(), **arguments),
    "webhook_delivery": lambda app, **arguments: whole(app.webhook_delivery(**arguments)),
    "redeliver_webhook": lambda app, id: app.redeliver_webhook(id),
    "check_token": lambda app, **arguments: token(app.check_token(**arguments)),
    "reset_token": lambda app, **arguments: token(app.reset_token(**arguments)),
    "scope_token": scope_token,
    "delete_token": lambda app, **arguments: app.delete_token(**arguments),
    "delete_grant": lambda app, **arguments: app.delete_grant(**arguments),
    "revoke_token": lambda app, **arguments: app.revoke_token(**arguments),
    "introspect_token": lambda app, **arguments: whole(app.introspect_token(**arguments)),
    "revoke_installation_token": lambda app, **arguments: app.revoke_installation_token(**arguments),
    "revoke_credentials": lambda app, credentials: app.revoke_credentials(split(credentials)),
    "finish_install": lambda app, **arguments: whole(app.finish_install(**arguments)),
    "source_request": lambda app, **arguments: response(source(app, arguments).request(**call(arguments))),
    "verify_webhook": verify_webhook,
    "authorization_code": lambda app, **arguments: {"reveal.value": app.authorization_code(**arguments)},
    "paginate": lambda app, limit=None, **arguments: listed(app.paginate(**call(arguments)), limit, item),
    "source_paginate": lambda app, limit=None, **arguments: listed(
        source(app, arguments).paginate(**call(arguments)), limit, item),
    "request": lambda app, **arguments: response(app.request(**call(arguments))),
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
READ |= dict.fromkeys(["allow_plain_http", "refuse_private_addresses", "store_unencrypted"], lambda text: text == "true")
READ |= {"signer": lambda text: fail if text == "fail" else lambda message: b"\x01" * 256}
NETWORK = [name for name in signature(appmint.discover).parameters if name != "issuer"]
LISTS = {"scopes": split, "ports": lambda text: [int(port) for port in split(text)]}
BY = ["id", "account", "organization", "user", "repository", "enterprise"]
STATS = [name for name in dir(appmint.Stats) if not name.startswith("_")]
# Lets another thread complete.
MOMENT = 0.1
NARROWING = {"repositories": split, "repository_ids": split,
             "permissions": lambda text: dict(pair.split(":") for pair in split(text))}


def call(arguments):
    headers = {key[7:]: arguments.pop(key) for key in list(arguments) if key.startswith("header.")}
    if "json" in arguments:
        arguments["json"] = json.loads(arguments["json"])
    return durations(arguments) | arguments | {"headers": headers}


def token(of):
    names = ["kind", "expires_at", "permissions", "repository_selection", "repositories", "scopes",
             "account", "account_id"]
    revealed = {"reveal.token": of.reveal(), "reveal.authorization": of.authorization_header(),
                "reveal.refresh_token": of.reveal_refresh_token()}
    return members(of, [*names, "claims", "refresh_token_expires_at"]) | revealed | {"shown": repr(of)}


def whole(of, prefix=""):
    names = [name for name in dir(of) if not name.startswith(("_", "reveal_"))]
    return members(of, names, prefix) | {f"{prefix}shown": repr(of)}


def members(of, names, prefix=""):
    return {prefix + key: value for key, value in (member(name, getattr(of, name)) for name in names)}


def member(name, value):
    if isinstance(value, datetime):
        return f"{name}_ms", time(value)
    if isinstance(value, bool):
        return name, str(value).lower()
    if name == "permissions":
        value = [f"{key}:{level}" for key, level in sorted(value.items())]
    elif name == "payload" or isinstance(value, dict):
        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        # Half of a surrogate pair cannot be written but as an escape.
        value = re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", value)
    return name, ",".join(value) if isinstance(value, list) else value


def time(of):
    return of and round(of.timestamp() * 1000)


def quota(of):
    if of is None:
        return {}
    return {"limit": of.limit, "remaining": of.remaining, "reset_at_ms": time(of.reset_at), "resource": of.resource}


def response(of):
    headers = {f"header.{name}": value for name, value in of.headers.items()}
    return {"status": of.status, "body": of.body, "text": of.text, "shown": repr(of)} | headers


def error(of):
    names = ["kind", "reason", "message", "hint", "status", "platform_code", "request_id", "sso_url", "missing_permissions"]
    wait = None if of.retry_after is None else of.retry_after // timedelta(milliseconds=1)
    more = {"retry_after_ms": wait, "is_retryable": str(of.is_retryable).lower()}
    return members(of, names) | more | {"shown": f"{of!r} {of}"}


# Whether calls are awaited, instead of blocking.
AWAITS = os.environ.get("APPMINT_DRIVER_AWAITS") == "1"
LOOP = asyncio.new_event_loop()
driver = Driver()
for line in sys.stdin:
    command, *pairs = line.rstrip("\n").split(" ")
    arguments = dict(map(unquote, pair.split("=", 1)) for pair in pairs)
    try:
        status, result = "ok", driver.run(command, arguments)
    except appmint.Error as raised:
        status, result = "error", error(raised)
    present = {key: value for key, value in result.items() if value is not None}
    pairs = urlencode(present, quote_via=quote, safe="").split("&") if present else []
    print(status, *pairs, flush=True)
