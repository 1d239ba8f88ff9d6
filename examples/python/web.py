"""A web app to which users log in, with Flask."""

import os
from urllib.parse import urlsplit

import appmint
from appmint.web.flask import WebLogin
from flask import Flask, render_template

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

web = Flask(__name__)
web.config.update(
    SECRET_KEY=os.environ["APPMINT_SECRET_KEY"],  # signs Flask's cookie; openssl rand -hex 32
    SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=REDIRECT_URI.startswith("https:"),
)


def failure(text):
    return render_template("page.html", title="Request failed", text=text), 400


# Adds /login, /callback and /logout. Flask's cookie has the name of the user's session, the store its tokens.
login = WebLogin(app, redirect_uri=REDIRECT_URI, on_failure=lambda refused: failure(refused.message))
web.register_blueprint(login.blueprint)


@web.get("/")
def home():
    source = login.current_session()
    if source is None:
        return render_template("page.html", title="Welcome", text="Nobody is logged in.")
    reply = source.request("GET", PATH)
    return render_template("page.html", title=f"GET {PATH}: {reply.status}", reply=reply.json())


@web.errorhandler(appmint.Error)
def failed(error):
    return failure(error.message)


@web.after_request
def keep_private(response):
    response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return response


if __name__ == "__main__":
    with app:  # closes it at the end
        web.run(port=urlsplit(REDIRECT_URI).port)
