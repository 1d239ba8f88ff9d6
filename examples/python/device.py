"""Logs a user in on another device, on which they type a code."""

import os
import sys

import appmint


def main() -> None:
    app = appmint.App(
        os.environ.get("APPMINT_PLATFORM") or "github",
        api_url=os.environ.get("APPMINT_API_URL") or None,
        web_url=os.environ.get("APPMINT_WEB_URL") or None,
        client_id=os.environ["APPMINT_CLIENT_ID"],
        # A program that is distributed to users keeps no secret: leave it out if the platform allows.
        client_secret=os.environ.get("APPMINT_CLIENT_SECRET") or None,
        store="memory:",  # sqlite:FILE, with a store_key, keeps the user logged in for the next run
    )
    # --8<-- [start:login]
    with app.start_device_login() as login:
        print(f"Open {login.verification_uri} and type {login.user_code}", flush=True)
        app.start_session("me", login.wait())
    # --8<-- [end:login]
    path = os.environ.get("APPMINT_USER_GET_PATH") or "/user/repos"
    reply = app.session("me").request("GET", path)
    print(f"GET {path} {reply.status} {reply.text}")


if __name__ == "__main__":
    try:
        main()
    except appmint.Error as error:
        sys.exit(f"error: {error.kind}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
