"""A bot: an HTTP server that receives the app's webhooks and works as the installation that they are about."""

import os
from wsgiref.simple_server import make_server

import appmint

app = appmint.App(environment="APPMINT_")


# --8<-- [start:receive]
def receive(headers, body):
    event = app.verify_webhook(headers, body, os.environ["WEBHOOK_SECRET"])
    app.apply_webhook(event)
    if event.name == "push":
        source = app.installation(event.installation_id)
        reply = source.request("GET", "/installation/repositories")
        print("repositories:", reply.json()["total_count"], flush=True)
# --8<-- [end:receive]


# --8<-- [start:serve]
def serve(environ, start_response):
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        receive(headers, body)
        start_response("204 No Content", [])
    except appmint.UnauthorizedError:
        start_response("401 Unauthorized", [])
    return []
# --8<-- [end:serve]


with make_server("127.0.0.1", 0, serve) as server:
    print("listening at", f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
