import asyncio
# [by hand]
import base64
import hashlib
import hmac
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit
# [end]

import httpx
import job

from gidgethub.apps import get_installation_access_token, get_jwt
from gidgethub.httpx import GitHubAPI
from gidgethub.sansio import Event


async def main():
    async with httpx.AsyncClient() as client:
        github = GitHubAPI(client, "octo-app", base_url=job.API)
        jwt = get_jwt(app_id=job.APP_ID, private_key=job.KEY)
        installation = await github.getitem("/orgs/octo-org/installation", jwt=jwt)
        answer = await get_installation_access_token(github, installation_id=installation["id"], app_id=job.APP_ID,
                                                     private_key=job.KEY)
        job.done("token", answer["token"])

        repositories = await github.getitem("/orgs/octo-org/repos", oauth_token=answer["token"])
        job.done("call", len(repositories))

        headers = {name.lower(): value for name, value in job.HEADERS.items()}
        event = Event.from_http(headers, job.BODY, secret=job.SECRET)
        job.done("webhook", event.data["ref"])

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
        reply = await client.post(f"{job.WEB}/login/oauth/access_token", json=body, headers={"Accept": "application/json"})
        if reply.is_error or "error" in reply.json():
            raise PermissionError(f"the code was refused: {reply.status_code}")
        # [end]
        user = await github.getitem("/user", oauth_token=reply.json()["access_token"])
        job.done("login", user["login"])


asyncio.run(main())
