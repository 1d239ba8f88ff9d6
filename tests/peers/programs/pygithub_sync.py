# [by hand]
import base64
import hashlib
import hmac
import json
import secrets
from urllib.parse import parse_qs, urlsplit
# [end]

import job

from github import Auth, Github, GithubIntegration

integration = GithubIntegration(auth=Auth.AppAuth(job.APP_ID, job.KEY), base_url=job.API)
installation = integration.get_org_installation("octo-org")
auth = integration.auth.get_installation_auth(installation.id, requester=integration.requester)
job.done("token", auth.token)

github = Github(auth=auth, base_url=job.API, lazy=True)
repositories = list(github.get_organization("octo-org").get_repos())
job.done("call", len(repositories))

# [by hand]
signature = hmac.new(job.SECRET.encode(), job.BODY, hashlib.sha256).hexdigest()
if not hmac.compare_digest(f"sha256={signature}", job.HEADERS["X-Hub-Signature-256"]):
    raise PermissionError("the webhook's signature is wrong")
payload = json.loads(job.BODY)
# [end]
job.done("webhook", payload["ref"])

client = Github(base_url=job.API).get_oauth_application(job.CLIENT_ID, job.CLIENT_SECRET)
# [by hand]
state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
# [end]
url = client.get_login_url(job.REDIRECT_URI, state)
# [by hand]
url += f"&code_challenge={challenge}&code_challenge_method=S256"
query = parse_qs(urlsplit(job.press(url)).query)
if "error" in query or not hmac.compare_digest(query["state"][0], state):
    raise PermissionError("the login was refused, or is another one's")
# [end]
user = client.get_app_user_auth(client.get_access_token(query["code"][0], verifier))
login = Github(auth=user, base_url=job.API).get_user().login
job.done("login", login)
