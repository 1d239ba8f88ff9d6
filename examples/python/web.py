"""A web app to which users log in, with Flask."""

import os
import secrets
from urllib.parse import urlsplit

import appmint
from flask import Flask, redirect, render_template, request, session

app = appmint.App(
    os.environ.get("APPMINT_PLATFORM") or "atomgit",
    api_url=os.environ.get("APPMINT_API_URL") or None,
    web_url=os.environ.get("APPMINT_WEB_URL") or None,
    client_id=os.environ["APPMINT_CLIENT_ID"],
    client_secret=os.environ["APPMINT_CLIENT_SECRET"],
    # The same for all processes of the app, since any of them may get a user's next request:
    store=os.environ["APPMINT_STORE"],  # sqlite:FILE or redis://…
    store_key=os.environ["APPMINT_STORE_KEY"],  # openssl rand -hex 32
)
REDIRECT_URI = os.environ["APPMINT_REDIRECT_URI"]  # …/callback, as it is registered for the app
PATH = os.environ.get("APPMINT_USER_GET_PATH") or "/user/repos"
SECURE = REDIRECT_URI.startswith("https:")

web = Flask(__name__)
web.config.update(
    SECRET_KEY=os.environ["APPMINT_SECRET_KEY"],  # signs Flask's cookie; openssl rand -hex 32
    SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=SECURE,
)


def cookie_of(state):
    """The cookie of one login: two tabs that log in at the same time need two."""
    return f"login-{state[:8]}"


def forget_user():
    if "user" in session:
        app.end_session(session.pop("user"))


@web.get("/")
def home():
    if "user" not in session:
        return render_template("page.html", title="Welcome", text="Nobody is logged in.")
    reply = app.session(session["user"]).request("GET", PATH)
    return render_template("page.html", title=f"GET {PATH}: {reply.status}", reply=reply.json())


# --8<-- [start:login]
@web.get("/login")
def login():
    authorization = app.authorize(redirect_uri=REDIRECT_URI)
    sealed = app.seal_authorization(authorization)
    response = redirect(authorization.url)
    response.set_cookie(cookie_of(authorization.state), sealed, max_age=600, path="/callback",
                        httponly=True, samesite="Lax", secure=SECURE)
    return response


@web.get("/callback")
def callback():
    cookie = cookie_of(request.args.get("state", ""))
    if cookie not in request.cookies:
        return failure("This login has ended, or began in another browser.")
    authorization = app.open_authorization(request.cookies[cookie])
    token = app.finish_authorization(authorization, request.url)
    user = secrets.token_urlsafe()  # the cookie has the session's name, the store its token
    app.start_session(user, token)
    forget_user()
    session["user"] = user
    response = redirect("/")
    response.delete_cookie(cookie, path="/callback")
    return response
# --8<-- [end:login]


@web.post("/logout")
def logout():
    forget_user()
    return redirect("/")


@web.errorhandler(appmint.Error)
def failed(error):
    return failure(error.message)


def failure(text):
    return render_template("page.html", title="Request failed", text=text), 400


@web.after_request
def keep_private(response):
    response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return response


if __name__ == "__main__":
    with app:  # closes it at the end
        web.run(port=urlsplit(REDIRECT_URI).port)
