#!/usr/bin/env python3
"""The client of a torture that refreshes by Authlib: one OAuth2Session for each user, shared by the user's threads.

Authlib refreshes by itself before a request whose token has expired, and the program logs in again when it raises an OAuthError.
"""

import argparse
import json
import threading
import time
from pathlib import Path

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

PACE_S = 1
GIVE_UP_S = 30


class Over(Exception):
    """The round is over."""


class User:
    """A user's session, and the login that replaces it."""

    def __init__(self, ready, name):
        self.ready, self.name = ready, name
        self.lock = threading.Lock()
        self.session = None
        self.log_in(None)

    def log_in(self, lost):
        """Replaces the session that was lost, once for all threads."""
        with self.lock:
            if self.session is not lost:
                return
            answer = requests.post(f"{self.ready['login_url']}/{self.name}", timeout=30)
            if answer.status_code == 410:
                raise Over
            self.session = OAuth2Session(
                self.ready["client_id"], self.ready["client_secret"], token=answer.json(),
                token_endpoint=self.ready["token_url"], token_endpoint_auth_method="client_secret_post",
                # The default of 60 s would refresh these tokens, which live for two, before every call.
                leeway=self.ready["life_ms"] / 2000,
            )


def work(user):
    """Calls the API until the round is over."""
    failing_since, refused = None, None
    while True:
        session = user.session
        try:
            refused = call(user, session, refused)
            failing_since = None
        except OAuthError:
            user.log_in(session)
        except Exception:  # of the network, or of a library that cannot go on
            failing_since = failing_since or time.monotonic()
            raise_if_over(user)
            if time.monotonic() - failing_since > GIVE_UP_S:
                user.log_in(session)
                failing_since = None
        time.sleep(PACE_S)


def call(user, session, refused):
    """One call. Returns the token that was refused; after its second refusal it is refreshed."""
    status = session.get(user.ready["user_url"]).status_code
    if status == 410:
        raise Over
    token = session.token["access_token"]
    if status == 401 and token == refused:
        session.refresh_token(user.ready["token_url"])
        return None
    return token if status == 401 else None


def raise_if_over(user):
    if requests.get(user.ready["user_url"], timeout=30).status_code == 410:
        raise Over


def run(user):
    try:
        work(user)
    except Over:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ready", type=Path)
    parser.add_argument("--threads", type=int, default=1, help="for each user")
    arguments = parser.parse_args()
    ready = json.loads(arguments.ready.read_text("utf-8"))
    users = [User(ready, name) for name in ready["users"]]
    threads = [threading.Thread(target=run, args=(user,)) for user in users for _ in range(arguments.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
