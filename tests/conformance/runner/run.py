"""One case with one driver: tell it what to do, and compare what comes."""

import time

from . import cases, compare, leaks
from .process import Driver, DriverFailed
from .replay import Replay


def run(case, command, root=cases.ROOT):
    """A case with a driver of its own: everything that is not as the case says, in sentences."""
    try:
        driver = Driver(command, root)
    except OSError as error:
        return [f"the driver does not start: {error}"]
    return run_with(case, driver) + farewell(driver)


def run_with(case, driver):
    """A case with a driver that runs already."""
    with Replay() as replay:
        return Run(case, driver, replay).problems()


def farewell(driver):
    """Ends a driver; what is wrong with how it ended, and with all that it said on the side."""
    code = driver.end()
    said = "".join(driver.errors)
    found = [f"the driver's exit code is {code}"] if code != 0 else []
    if said.strip():
        found.append(f"printed on standard error: {said[:1000]}")
    return found + leaks.found({"standard error": said}, driver.secrets)


class Run:
    """The state of a case on its way."""

    def __init__(self, case, driver, replay):
        self.case, self.driver, self.replay = case, driver, replay
        urls = replay.urls()
        facts = case.profile.get("facts", {})
        self.scope = {**cases.fill(facts, {**facts, **urls}, case.clock_ms), **urls}
        self.secrets = set(case.secrets)
        self.now_ms = None if case.settings.get("clock") == "system" else case.clock_ms
        self.tell_time()

    def problems(self):
        self.driver.begin()
        try:
            found = self.follow()
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

    def follow(self):
        settings = cases.words_of_settings(self.case, self.scope)
        self.keep_secret(settings, "client_secret", "private_key_passphrase")
        self.secrets |= leaks.of_keys(settings)
        self.told("config", settings)
        expected = self.filled(self.case.app)
        answer = self.told("app", {})
        found = [f"app: {problem}" for problem in compare.outcome(expected, answer)]
        if found or "error" in expected:
            return found
        for number, step in enumerate(self.case.steps, 1):
            found = [f"step {number}, {self.name(step)}: {p}" for p in self.take(step)]
            if found:
                return found  # what follows would only confuse
        return []

    def take(self, step):
        if "advance" in step:
            by_ms = cases.times.duration_ms(step["advance"])
            self.told("advance", {"ms": by_ms})
            self.now_ms += by_ms
            self.tell_time()
            return []
        expected = cases.exchanges_of(self.case, step, self.scope)
        recorded = self.replay.expect(expected)
        words = {name: counted(value) for name, value in self.filled(step.get("with", {})).items()}
        self.keep_secret(words, "code", "code_verifier", "refresh_token", "secret", "token")
        for several in ("credentials", "secrets"):
            self.secrets |= {part for part in words.get(several, "").split(",") if part}
        began = time.monotonic()
        answer = self.told("call", {"op": step["call"], **words})
        took_ms = (time.monotonic() - began) * 1000
        self.scope.update({f"saved.{name}": answer[1].get(member)
                           for name, member in step.get("save", {}).items()})
        found = compare.requests(expected, recorded, self.replay.unexpected)
        found += compare.outcome(self.filled({k: step[k] for k in ("result", "error") if k in step}), answer)
        return found + pace(step, took_ms)

    def tell_time(self):
        """The platform's clock goes with the driver's, unless a reply has a Date of its own."""
        now_ms = time.time() * 1000 if self.now_ms is None else self.now_ms
        self.replay.date = cases.times.written(int(now_ms), "http_date", 0)

    def told(self, command, words):
        answer = self.driver.ask(command, words)
        revealed = {key: value for key, value in answer[1].items() if key.startswith("reveal.")}
        self.secrets |= set(revealed.values())
        return answer

    def keep_secret(self, words, *names):
        self.secrets |= {str(words[name]) for name in names if words.get(name)}

    def filled(self, value):
        return cases.fill(value, self.scope, self.case.clock_ms)

    @staticmethod
    def name(step):
        return step.get("call", "advance")


def counted(value):
    """`{"counted": 3}` stands for `1,2,3`."""
    return ",".join(map(str, range(1, value["counted"] + 1))) if isinstance(value, dict) else value


def pace(step, took_ms):
    if took_ms < step.get("at_least_ms", 0):
        return [f"took {took_ms:.0f} ms, which is too short"]
    return []
