"""One web app in four frameworks, and the client that opens its pages: a login below /auth, the user's repositories at
/mine, and webhooks at /webhook."""

import hashlib
import hmac
import json
import sys
import types
from http.cookiejar import CookieJar

import appmint
import django
import fastapi
import flask
import httpx
import starlette.applications
from appmint.web import django as for_django
from appmint.web import flask as for_flask
from appmint.web import starlette as for_starlette
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import override_settings
from django.urls import path
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

SITE = "https://example.com"
CALLBACK = f"{SITE}/callback"  # as the sandbox has it registered; the tests ask for it below /auth
SECRET = "it signs the web session"


def user_of(source):
    return source.request("GET", "/user").json()["login"] if source else "nobody"


class Flask:
    module = for_flask

    def __init__(self, app, secrets=(), **options):
        web = flask.Flask("web")
        web.config.update(SECRET_KEY=SECRET, SESSION_COOKIE_SECURE=True)
        self.login = for_flask.WebLogin(app, redirect_uri=CALLBACK, **options)
        web.register_blueprint(self.login.blueprint, url_prefix="/auth")
        web.register_error_handler(appmint.ReauthorizeError, self.login.log_in_again)
        web.add_url_rule("/mine", "mine", lambda: user_of(self.login.current_session()))
        web.add_url_rule("/keep/<word>", "keep", lambda word: flask.session.update(word=word) or "kept")
        web.add_url_rule("/kept", "kept", lambda: flask.session.get("word", "nothing"))
        if secrets:
            self.webhooks = for_flask.Webhooks(app, secrets)
            web.register_blueprint(self.webhooks.blueprint)
        self.web = web

    def client(self, jar):
        return httpx.Client(transport=httpx.WSGITransport(self.web, raise_app_exceptions=False), base_url=SITE, cookies=jar)

    @staticmethod
    def keep(session, word):
        flask.session["word"] = word


class Starlette:
    module = for_starlette

    def __init__(self, app, secrets=(), **options):
        self.login = for_starlette.WebLogin(app, redirect_uri=CALLBACK, **options)

        async def mine(request):
            source = self.login.current_session(request)
            response = await source.request_async("GET", "/user") if source else None
            return PlainTextResponse(response.json()["login"] if response else "nobody")

        async def keep(request):
            request.session["word"] = request.path_params["word"]
            return PlainTextResponse("kept")

        async def kept(request):
            return PlainTextResponse(request.session.get("word", "nothing"))

        routes = [Mount("/auth", routes=self.login.routes), Route("/mine", mine), Route("/keep/{word}", keep), Route("/kept", kept)]
        if secrets:
            self.webhooks = for_starlette.Webhooks(app, secrets)
            routes += self.webhooks.routes
        self.web = self.made(routes)
        self.web.add_exception_handler(appmint.ReauthorizeError, self.login.log_in_again)

    def made(self, routes):
        middleware = [Middleware(SessionMiddleware, secret_key=SECRET, https_only=True)]
        return starlette.applications.Starlette(routes=routes, middleware=middleware)

    def client(self, jar):
        client = TestClient(self.web, base_url=SITE, raise_server_exceptions=False, follow_redirects=False)
        client.cookies = jar
        return client


class FastApi(Starlette):
    """The same routes; the user's page is FastAPI's own."""

    def made(self, routes):
        middleware = [Middleware(SessionMiddleware, secret_key=SECRET, https_only=True)]
        web = fastapi.FastAPI(routes=[each for each in routes if getattr(each, "path", "") != "/mine"], middleware=middleware)

        @web.get("/mine")
        def mine(source=fastapi.Depends(self.login.current_session)):
            return PlainTextResponse(user_of(source))

        return web


if not django_settings.configured:
    django_settings.configure(
        SECRET_KEY=SECRET, ALLOWED_HOSTS=["*"], ROOT_URLCONF="web_apps_urls_0", SESSION_COOKIE_SECURE=True,
        SESSION_ENGINE="django.contrib.sessions.backends.cache", INSTALLED_APPS=["django.contrib.sessions"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
    )
    django.setup()


class Django:
    module = for_django
    made = 0

    def __init__(self, app, secrets=(), **options):
        self.login = for_django.WebLogin(app, redirect_uri=CALLBACK, **options)

        def mine(request):
            try:
                return HttpResponse(user_of(self.login.current_session(request)))
            except appmint.ReauthorizeError:
                return self.login.log_in_again(request)

        def keep(request, word):
            request.session["word"] = word
            return HttpResponse("kept")

        urls = [path("auth/", self.login.urls), path("mine", mine), path("keep/<word>", keep),
                path("kept", lambda request: HttpResponse(request.session.get("word", "nothing"))),
                path("form", lambda request: HttpResponse(get_token(request)))]
        if secrets:
            self.webhooks = for_django.Webhooks(app, secrets)
            urls.append(path("webhook", self.webhooks.view))
        Django.made += 1
        self.urls = f"web_apps_urls_{Django.made}"
        sys.modules[self.urls] = types.ModuleType(self.urls)
        sys.modules[self.urls].urlpatterns = urls

    def client(self, jar):
        web = get_wsgi_application()

        def of_these_urls(environ, start_response):
            with override_settings(ROOT_URLCONF=self.urls):
                return web(environ, start_response)

        return httpx.Client(transport=httpx.WSGITransport(of_these_urls, raise_app_exceptions=False), base_url=SITE, cookies=jar)


FRAMEWORKS = [Flask, Starlette, Django]


class Browser:
    """A browser, whose requests reach whichever process of a web app it is told."""

    def __init__(self, *workers):
        self.jar = CookieJar()
        self.clients = [worker.client(self.jar) for worker in workers]

    def get(self, url, worker=0, **options):
        return self.clients[worker].get(url, **options)

    def logout(self):
        form = self.get("/form")
        headers = {"X-CSRFToken": form.text, "Referer": SITE} if form.status_code == 200 else {}
        return self.clients[0].post("/auth/logout", headers=headers)

    def cookies(self):
        return {cookie.name: cookie for cookie in self.jar}

    def pending(self):
        return [name for name in self.cookies() if "-login-" in name]


def webhook(secret, name, payload):
    """A webhook as GitHub posts it: its headers and its body."""
    body = json.dumps(payload).encode()
    seal = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={seal}", "X-GitHub-Event": name, "X-GitHub-Delivery": "d-1",
               "Content-Type": "application/json"}
    return headers, body
