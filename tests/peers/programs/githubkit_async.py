import asyncio
# [by hand]
import base64
import hashlib
import hmac
import json
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit
# [end]

import job

from githubkit import AppAuthStrategy, GitHub, OAuthTokenAuthStrategy
from githubkit.webhooks import verify


async def main():
    app = GitHub(AppAuthStrategy(job.APP_ID, job.KEY, job.CLIENT_ID, job.CLIENT_SECRET), base_url=job.API)
    installation = (await app.rest.apps.async_get_org_installation("octo-org")).json()
    token = (await app.rest.apps.async_create_installation_access_token(installation["id"])).json()["token"]
    job.done("token", token)

    github = app.with_auth(app.auth.as_installation(installation["id"]))
    repositories = (await github.rest.repos.async_list_for_org("octo-org")).json()
    job.done("call", len(repositories))

    if not verify(job.SECRET, job.BODY, job.HEADERS["X-Hub-Signature-256"]):
        raise PermissionError("the webhook's signature is wrong")
    payload = json.loads(job.BODY)
    job.done("webhook", payload["ref"])

    # [by hand]
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    parameters = {"client_id": job.CLIENT_ID, "redirect_uri": job.REDIRECT_URI, "state": state,
                  "code_challenge": challenge, "code_challenge_method": "S256"}
    query = parse_qs(urlsplit(job.press(f"{job.WEB}/login/oauth/authorize?{urlencode(parameters)}")).query)
    if "error" in query or not hmac.compare_digest(query["state"][0], state):
        raise PermissionError("the login was refused, or is another one's")
    body = {"client_id": job.CLIENT_ID, "client_secret": job.CLIENT_SECRET, "code": query["code"][0],
            "redirect_uri": job.REDIRECT_URI, "code_verifier": verifier}
    reply = await app.arequest("POST", f"{job.WEB}/login/oauth/access_token", json=body,
                               headers={"Accept": "application/json"})
    if "error" in reply.json():
        raise PermissionError(reply.json()["error"])
    # [end]
    auth = OAuthTokenAuthStrategy(job.CLIENT_ID, job.CLIENT_SECRET, token=reply.json()["access_token"])
    client = app.with_auth(auth)
    login = (await client.rest.users.async_get_authenticated()).json()["login"]
    job.done("login", login)


asyncio.run(main())
