"""A bot with a web site, in Flask: users log in, and the platform's webhooks arrive."""

import os

import appmint
from appmint.web.flask import WebLogin, Webhooks
from flask import Flask

app = appmint.App.from_env(store=f"sqlite:{os.environ['STATE_FOLDER']}/web.db", store_key=os.environ["STORE_KEY"])
web = Flask(__name__)
web.secret_key = os.environ["SECRET_KEY"]  # signs the cookie of Flask's session

# --8<-- [start:login]
login = WebLogin(app, redirect_uri=os.environ["REDIRECT_URI"])  # such as https://bot.example/callback
web.register_blueprint(login.blueprint)  # /login, /callback, /logout
web.register_error_handler(appmint.ReauthorizeError, login.log_in_again)


@web.get("/")
def home():
    source = login.current_session()
    if source is None:
        return "<a href='/login'>Log in</a>"
    return source.request("GET", "/user").json()["login"]
# --8<-- [end:login]


# --8<-- [start:webhooks]
webhooks = Webhooks(app, os.environ["WEBHOOK_SECRET"])
web.register_blueprint(webhooks.blueprint)  # a POST to /webhook


@webhooks.on("push")
def on_push(event):
    source = app.installation(event.installation_id)
    reply = source.request("GET", "/installation/repositories")
    print("repositories:", reply.json()["total_count"], flush=True)
# --8<-- [end:webhooks]


if __name__ == "__main__":
    web.run(port=int(os.environ["PORT"]))
