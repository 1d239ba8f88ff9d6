import asyncio
# [by hand]
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qs, urlsplit
# [end]
import secrets

import job
# [by hand]
import httpx2
# [end]

from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import RSAKey


async def main():
    # [by hand]
    now = int(time.time())
    claims = {"iat": now - 60, "exp": now + 540, "iss": job.APP_ID}
    # [end]
    app = jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(job.KEY))
    # [by hand]
    session = httpx2.AsyncClient(timeout=30)
    session.headers["Authorization"] = f"Bearer {app}"
    reply = await session.get(f"{job.API}/orgs/octo-org/installation")
    reply.raise_for_status()
    reply = await session.post(f"{job.API}/app/installations/{reply.json()['id']}/access_tokens")
    reply.raise_for_status()
    token = reply.json()["token"]
    # [end]
    job.done("token", token)

    # [by hand]
    reply = await session.get(f"{job.API}/orgs/octo-org/repos", headers={"Authorization": f"Bearer {token}"})
    reply.raise_for_status()
    # [end]
    job.done("call", len(reply.json()))

    # [by hand]
    signature = hmac.new(job.SECRET.encode(), job.BODY, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"sha256={signature}", job.HEADERS["X-Hub-Signature-256"]):
        raise PermissionError("the webhook's signature is wrong")
    payload = json.loads(job.BODY)
    # [end]
    job.done("webhook", payload["ref"])

    client = AsyncOAuth2Client(job.CLIENT_ID, job.CLIENT_SECRET, redirect_uri=job.REDIRECT_URI, code_challenge_method="S256",
                               token_endpoint_auth_method="client_secret_post")
    verifier = secrets.token_urlsafe(32)
    url, state = client.create_authorization_url(f"{job.WEB}/login/oauth/authorize", code_verifier=verifier)
    callback = job.press(url)
    await client.fetch_token(f"{job.WEB}/login/oauth/access_token", authorization_response=callback, state=state,
                             code_verifier=verifier)
    login = (await client.get(f"{job.API}/user")).json()["login"]
    job.done("login", login)


asyncio.run(main())
