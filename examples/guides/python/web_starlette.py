"""A bot with a web site, in Starlette: users log in, and the platform's webhooks arrive. FastAPI takes the same routes."""

import os

import appmint
import uvicorn
from appmint.web.starlette import WebLogin, Webhooks
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

app = appmint.App.from_env(store=f"sqlite:{os.environ['STATE_FOLDER']}/web.db", store_key=os.environ["STORE_KEY"])

# --8<-- [start:login]
login = WebLogin(app, redirect_uri=os.environ["REDIRECT_URI"])  # such as https://bot.example/callback


async def home(request):
    source = login.current_session(request)
    if source is None:
        return HTMLResponse("<a href='/login'>Log in</a>")
    reply = await source.request_async("GET", "/user")
    return PlainTextResponse(reply.json()["login"])
# --8<-- [end:login]


# --8<-- [start:webhooks]
webhooks = Webhooks(app, os.environ["WEBHOOK_SECRET"])


@webhooks.on("push")
async def on_push(event):
    source = app.installation(event.installation_id)
    reply = await source.request_async("GET", "/installation/repositories")
    print("repositories:", reply.json()["total_count"], flush=True)
# --8<-- [end:webhooks]


# --8<-- [start:routes]
web = Starlette(
    routes=[Route("/", home), *login.routes, *webhooks.routes],  # /login, /callback, /logout; a POST to /webhook
    middleware=[Middleware(SessionMiddleware, secret_key=os.environ["SECRET_KEY"], same_site="lax")],
    exception_handlers={appmint.ReauthorizeError: login.log_in_again},
)
# --8<-- [end:routes]


if __name__ == "__main__":
    uvicorn.run(web, port=int(os.environ["PORT"]))
