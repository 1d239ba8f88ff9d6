"""Contestants in Python: `contestant.py PART NAME CALLERS`.

Each line of standard input is a number of operations, which the callers do together; the answer is the time that
they took and the processor time of this process. A contestant imports its own packages only.
"""

import json
import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

SECRET = "It's a Secret to Everybody"


def url():
    return os.environ["BENCH_URL"]


def key():
    return Path(os.environ["BENCH_KEY"]).read_text()


def path_of(part):
    return "/small" if part == "call" else "/large"


def payload_of(part):
    length = 1000 if part.endswith("kB") else 1_000_000
    return json.dumps({"action": "opened", "text": "x" * (length - 30)}).encode()


# ---- appmint


def appmint_app(**settings):
    import appmint
    roots = Path(os.environ["BENCH_CA"]).read_text()
    return appmint.App("github", app_id=75, private_key=key(), proxy="", root_certificates=roots, api_url=url(),
                       timeout=600, **settings)


def appmint_jwt(_):
    import appmint
    clock = appmint.ManualClock(1_700_000_000_000)
    app, hour = appmint_app(clock=clock), timedelta(hours=1)

    def operate():
        clock.advance(hour)  # the JWT in memory is over
        app.jwt()

    return lambda number: operate


def appmint_cached(_):
    source = appmint_app().installation(14)
    return lambda number: source.token


def appmint_trivial(_):
    app = appmint_app()
    return lambda number: lambda: app.platform_name


def appmint_mint(_):
    app = appmint_app()

    def caller(number):
        source = app.installation(number + 1)

        def operate():
            source.invalidate()
            source.token()

        return operate

    return caller


def appmint_stampede(_):
    app = appmint_app()
    return lambda number: lambda: app.installation(14).token()


def appmint_call(part):
    source, path = appmint_app().installation(14), path_of(part)
    return lambda number: lambda: source.request("GET", path).body


def appmint_webhook(part):
    app, body = appmint_app(), payload_of(part)
    headers = {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "1", "X-Hub-Signature-256": signature(body)}
    return lambda number: lambda: app.verify_webhook(headers, body, SECRET)


# ---- peers


def pyjwt(parse):
    def make(_):
        import jwt
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        with_key = load_pem_private_key(key().encode(), None) if parse else key()
        claims = {"iat": 1, "exp": 2, "iss": "75"}
        return lambda number: lambda: jwt.encode(claims, with_key, "RS256")

    return make


def dict_behind_a_lock(_):
    lock, cache = threading.Lock(), {14: "ghs_"}

    def operate():
        with lock:
            return cache[14]

    return lambda number: operate


def pygithub_auth(number):
    from github import Auth, GithubIntegration
    integration = GithubIntegration(auth=Auth.AppAuth(75, key()), base_url=url(), verify=os.environ["BENCH_CA"],
                                    retry=None, seconds_between_requests=None, seconds_between_writes=None)
    return integration


def pygithub_mint(_):
    integration = pygithub_auth(0)
    return lambda number: lambda: integration.get_access_token(number + 1)


def pygithub_cached(_):
    from github import Auth
    auth = Auth.AppAuth(75, key()).get_installation_auth(14, requester=pygithub_auth(0)._GithubIntegration__requester)
    return lambda number: lambda: auth.token


def githubkit_client():
    import githubkit
    return githubkit.GitHub(githubkit.AppAuthStrategy(75, key()), base_url=url(), ssl_verify=os.environ["BENCH_CA"],
                            trust_env=False, http_cache=False, throttler=None, auto_retry=False)


def githubkit_mint(_):
    github = githubkit_client()
    return lambda number: lambda: github.rest.apps.create_installation_access_token(number + 1)


def requests_mint(_):
    import requests

    def caller(number):
        session = requests.Session()
        session.trust_env, session.verify = False, os.environ["BENCH_CA"]
        headers = {"authorization": "Bearer " + "j" * 400, "accept": "application/vnd.github+json"}
        return lambda: session.post(f"{url()}/app/installations/{number}/access_tokens", headers=headers).json()

    return caller


def requests_call(part):
    import requests
    path = path_of(part)

    def caller(number):
        session = requests.Session()
        session.trust_env, session.verify = False, os.environ["BENCH_CA"]
        return lambda: session.get(url() + path, headers={"authorization": "Bearer ghs_0"}).content

    return caller


def signature(body):
    import hashlib
    import hmac
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def hmac_of_the_standard_library(part):
    body = payload_of(part)
    return lambda number: lambda: signature(body)


CONTESTANTS = {
    "jwt": {"appmint": appmint_jwt, "PyJWT, a PEM each time": pyjwt(False), "PyJWT, a key that was parsed": pyjwt(True)},
    "cached": {"appmint": appmint_cached, "a trivial call of appmint": appmint_trivial,
               "a dict behind a lock": dict_behind_a_lock, "PyGithub": pygithub_cached},
    "mint": {"appmint": appmint_mint, "requests": requests_mint, "PyGithub": pygithub_mint, "githubkit": githubkit_mint},
    "call": {"appmint": appmint_call, "requests": requests_call},
    "call of 1 MiB": {"appmint": appmint_call, "requests": requests_call},
    "webhook of 1 kB": {"appmint": appmint_webhook, "hmac, alone": hmac_of_the_standard_library},
    "webhook of 1 MB": {"appmint": appmint_webhook, "hmac, alone": hmac_of_the_standard_library},
    "stampede": {"appmint": appmint_stampede, "PyGithub": pygithub_cached},
}


# ---- rounds


def play(make_caller, count, callers):
    each = -(-count // callers)
    barrier = threading.Barrier(callers + 1)

    def work(number):
        operate = make_caller(number)
        operate()  # the connection is there
        barrier.wait()
        for _ in range(each):
            operate()
        barrier.wait()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    barrier.wait()
    begun, cpu = time.perf_counter(), time.process_time()
    barrier.wait()
    took = {"seconds": time.perf_counter() - begun, "cpu_seconds": time.process_time() - cpu}
    for thread in threads:
        thread.join()
    return took


def fail(failure):
    """A caller that fails would leave the others waiting."""
    sys.__excepthook__(failure.exc_type, failure.exc_value, failure.exc_traceback)
    os._exit(1)


def main():
    threading.excepthook = fail
    part, name, callers = sys.argv[1:]
    if part == "start":
        appmint_app().installation(1).token()
        print(Path("/proc/self/status").read_text())
        return
    make_caller = CONTESTANTS[part][name](part)
    for line in sys.stdin:
        print(json.dumps(play(make_caller, int(line), int(callers))), flush=True)


if __name__ == "__main__":
    main()
