"""A web app that people log in to, with Flask."""

import os
import secrets
from urllib.parse import urlsplit

import appmint
from flask import Flask, redirect, request, session
from markupsafe import escape

app = appmint.App(
    os.environ.get("APPMINT_PLATFORM") or "atomgit",
    api_url=os.environ.get("APPMINT_API_URL") or None,
    web_url=os.environ.get("APPMINT_WEB_URL") or None,
    client_id=os.environ["APPMINT_CLIENT_ID"],
    client_secret=os.environ["APPMINT_CLIENT_SECRET"],
    # Several processes share both: store="redis://…", and a key of `openssl rand -hex 32`.
    store="memory:",
    store_key=os.environ.get("APPMINT_STORE_KEY") or secrets.token_hex(32),
)
REDIRECT_URI = os.environ["APPMINT_REDIRECT_URI"]  # …/callback, as it is registered for the app
PATH = os.environ.get("APPMINT_USER_GET_PATH") or "/user/repos"

web = Flask(__name__)
web.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_SAMESITE="Lax")


@web.get("/")
def home():
    if "user" not in session:
        return '<a href="/login">Log in</a>'
    reply = app.session(session["user"]).request("GET", PATH)
    return reply.body, reply.status, {"Content-Type": "application/json"}


@web.get("/login")
def login():
    authorization = app.authorize(redirect_uri=REDIRECT_URI)
    session["authorization"] = app.seal_authorization(authorization)
    return redirect(authorization.url)


@web.get("/callback")
def callback():
    authorization = app.open_authorization(session.pop("authorization", ""))
    token = app.finish_authorization(authorization, request.url)
    session["user"] = secrets.token_urlsafe()  # the cookie holds a name, the store the token
    app.start_session(session["user"], token)
    return redirect("/")


@web.post("/logout")
def logout():
    if "user" in session:
        app.end_session(session.pop("user"))
    return redirect("/")


@web.errorhandler(appmint.Error)
def failed(error):
    return f'{escape(error)} <a href="/login">Log in</a>', 400


if __name__ == "__main__":
    web.run(port=urlsplit(REDIRECT_URI).port)
