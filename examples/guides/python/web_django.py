"""A bot with a web site, in Django: users log in, and the platform's webhooks arrive. One file instead of a project."""

import os
import sys
from wsgiref.simple_server import make_server

import appmint
from appmint.web.django import WebLogin, Webhooks
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"], ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.sessions"], SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
)
app = appmint.App.from_env(store=f"sqlite:{os.environ['STATE_FOLDER']}/web.db", store_key=os.environ["STORE_KEY"])

# --8<-- [start:login]
login = WebLogin(app, redirect_uri=os.environ["REDIRECT_URI"])  # such as https://bot.example/callback


def home(request):
    source = login.current_session(request)
    if source is None:
        return HttpResponse("<a href='/login'>Log in</a>")
    try:
        return HttpResponse(source.request("GET", "/user").json()["login"])
    except appmint.ReauthorizeError:
        return login.log_in_again(request)
# --8<-- [end:login]


# --8<-- [start:webhooks]
webhooks = Webhooks(app, os.environ["WEBHOOK_SECRET"])


@webhooks.on("push")
def on_push(event):
    source = app.installation(event.installation_id)
    reply = source.request("GET", "/installation/repositories")
    print("repositories:", reply.json()["total_count"], flush=True)
# --8<-- [end:webhooks]


# --8<-- [start:urls]
urlpatterns = [
    path("", home),
    path("", login.urls),  # login, callback, logout
    path("webhook", webhooks.view),
]
# --8<-- [end:urls]


if __name__ == "__main__":
    with make_server("127.0.0.1", int(os.environ["PORT"]), get_wsgi_application()) as server:
        print("listening", file=sys.stderr, flush=True)
        server.serve_forever()
