"""Runs one case with one driver: sends its steps and compares the results."""

import tempfile
import time
from urllib.parse import parse_qs, urlsplit

from . import cases, certificates, compare, leaks
from .browser import Browser
from .process import Driver, DriverFailed
from .replay import Replay

# The timeout for what happens in the background; only a failing case takes so long.
TIMEOUT_S = 10
POLL_S = 0.005


def run(case, command, root=cases.ROOT):
    """Runs a case with a driver of its own and returns the differences as sentences."""
    try:
        driver = Driver(command, root)
    except OSError as error:
        return [f"the driver cannot be started: {error}"]
    return run_with(case, driver) + farewell(driver)


def run_with(case, driver):
    """Runs a case with a driver that runs already and returns the differences as sentences."""
    # An app that a case has closed may still write into a store there.
    tls = None if case.tls is None else certificates.context(**case.tls)
    with Replay(tls) as replay, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return Run(case, driver, replay, folder).problems()


def farewell(driver):
    """Ends a driver. Returns the problems with its exit code and with its output on standard error."""
    code = driver.end()
    errors = "".join(driver.errors)
    found = [f"the driver's exit code is {code}"] if code != 0 else []
    if errors.strip():
        found.append(f"printed on standard error: {errors[:1000]}")
    return found + leaks.found({"standard error": errors}, driver.secrets)


class Run:
    """The state of a case while it runs."""

    def __init__(self, case, driver, replay, folder):
        self.case, self.driver, self.replay = case, driver, replay
        urls = replay.urls() | {"folder": folder} | ({} if case.tls is None else certificates.facts())
        facts = case.profile.get("facts", {})
        self.scope = {**cases.fill(facts, {**facts, **urls}, case.clock_ms), **urls}
        self.secrets = set(case.secrets)
        self.seen = set()
        # The true time, which the platform's `Date` says, and how far the driver's wall clock is from it.
        self.now_ms = None if case.settings.get("clock") == "system" else case.clock_ms
        self.wall_error_ms = 0
        self.set_date()

    def problems(self):
        self.driver.begin()
        try:
            found = self.run_steps()
        except DriverFailed as error:
            found = [str(error)]
        visible = self.driver.visible()
        if visible["standard error"].strip():
            found.append(f"printed on standard error: {visible['standard error'][:1000]}")
        if self.replay.connections["other"]:
            found.append("something connected to a host that is not the platform's")
        secrets = {str(self.filled(secret)) for secret in self.secrets}
        self.driver.secrets |= secrets
        return found + leaks.found(visible, secrets)

    def run_steps(self):
        expected = self.filled(self.case.app)
        app_comes_later = cases.begins_by_discovering(self.case)
        found = [] if app_comes_later else [f"app: {problem}" for problem in self.make_app({}, expected)]
        if found or "error" in expected:
            return found
        for number, step in enumerate(self.case.steps, 1):
            found = [f"step {number}, {self.name(step)}: {p}" for p in self.run_step(step)]
            if found:
                return found  # later steps would fail only because of this one
        return [f"after the last step: unexpected request: {request}" for request in self.replay.unexpected]

    def make_app(self, changes, expected):
        """Creates an app with the case's settings and some changes to them."""
        settings = self.settings(changes)
        self.keep_secret(settings, "client_secret", "private_key_passphrase", "store_key", "previous_store_key")
        self.secrets |= leaks.of_keys(settings)
        self.send("config", settings)
        return compare.outcome(expected, self.send("app", {}))

    def settings(self, changes):
        clock_ms = None if self.now_ms is None else self.now_ms + self.wall_error_ms
        return cases.words_of_settings(self.case, self.scope, changes, clock_ms)

    def run_step(self, step):
        if "advance" in step:
            return self.advance(cases.times.duration_ms(step["advance"]))
        if "set_clock" in step:
            return self.set_clock(cases.times.duration_ms(step["set_clock"]))
        if "app" in step:
            changes = step["app"]
            changes = self.filled(changes) if isinstance(changes, str) else changes
            return self.make_app(changes, self.expected(step))
        if "soon" in step:
            return self.poll(step)
        exchanges = cases.exchanges_of(self.case, step.get("exchanges", []), self.scope)
        later = cases.exchanges_of(self.case, step.get("later", []), self.scope)
        recorded = self.replay.expect(exchanges + later)
        began = time.monotonic()
        browser = Browser(self.filled(step.get("browse", [])))
        answer = self.call(step)
        took_ms = (time.monotonic() - began) * 1000
        wait_until(lambda: len(recorded) >= len(exchanges + later), TIMEOUT_S if later else 0)
        found = compare.requests(exchanges + later, recorded, self.replay.unexpected, self.seen)
        self.secrets |= compare.assertions(recorded)
        found += compare.outcome(self.expected(step), answer) + browser.problems()
        return found + too_fast(step, took_ms)

    def advance(self, by_ms):
        self.send("advance", {"ms": by_ms})
        self.now_ms += by_ms
        self.set_date()
        return []

    def set_clock(self, by_ms):
        """Sets the driver's wall clock ahead or back; the true time and the monotonic clock go on."""
        self.wall_error_ms += by_ms
        self.send("set_clock", {"ms": self.now_ms + self.wall_error_ms})
        return []

    def poll(self, step):
        """Repeats a call until its answer is the expected one, or until the timeout."""
        found = []

        def is_as_expected():
            answer = self.call(step)
            found[:] = compare.outcome(self.expected(step), answer)
            return not found

        wait_until(is_as_expected, TIMEOUT_S)
        return found

    def expected(self, step):
        return self.filled({name: step[name] for name in ("result", "error") if name in step})

    def call(self, step):
        members = {name: counted(value) for name, value in self.filled(step.get("with", {})).items()}
        self.keep_secret(members, "code", "code_verifier", "refresh_token", "secret", "token")
        for several in ("credentials", "secrets"):
            self.secrets |= {part for part in members.get(several, "").split(",") if part}
        if step["call"] == "discover":  # discovery uses no app, so only the network settings count
            network = {name: value for name, value in self.settings({}).items() if name in cases.NETWORK}
            self.send("config", network)
        answer = self.send("call", {"op": step["call"], **members})
        self.scope.update({f"saved.{name}": saved(answer[1], member)
                           for name, member in step.get("save", {}).items()})
        return answer

    def set_date(self):
        """Sets the `Date` header of replies to the true time."""
        now_ms = time.time() * 1000 if self.now_ms is None else self.now_ms
        self.replay.date = cases.times.written(int(now_ms), "http_date", 0)

    def send(self, command, members):
        answer = self.driver.send(command, members)
        revealed = {key: value for key, value in answer[1].items() if key.startswith("reveal.")}
        self.secrets |= set(revealed.values())
        return answer

    def keep_secret(self, members, *names):
        self.secrets |= {str(members[name]) for name in names if members.get(name)}

    def filled(self, value):
        return cases.fill(value, self.scope, self.case.clock_ms)

    @staticmethod
    def name(step):
        return step.get("call") or next(name for name in ("advance", "set_clock", "app") if name in step)


def saved(answer, member):
    """A member of an answer; `url?state` is the parameter `state` of the URL in the member `url`."""
    member, _, parameter = member.partition("?")
    value = answer.get(member)
    return parse_qs(urlsplit(value or "").query).get(parameter, [None])[0] if parameter else value


def wait_until(condition, timeout_s):
    """Waits until the condition is true or the timeout has passed."""
    end = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < end:
        time.sleep(POLL_S)


def counted(value):
    """`{"counted": 3}` means `1,2,3`."""
    return ",".join(map(str, range(1, value["counted"] + 1))) if isinstance(value, dict) else value


def too_fast(step, took_ms):
    if took_ms < step.get("at_least_ms", 0):
        return [f"the call took {took_ms:.0f} ms, less than {step['at_least_ms']} ms"]
    return []
