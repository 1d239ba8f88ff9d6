import job

import appmint

app = appmint.App("github", api_url=job.API, web_url=job.WEB, app_id=job.APP_ID, private_key=job.KEY,
                  client_id=job.CLIENT_ID, client_secret=job.CLIENT_SECRET)

source = app.installation(organization="octo-org")
token = source.token()
job.done("token", token.reveal())

repositories = source.request("GET", "/orgs/octo-org/repos").json()
job.done("call", len(repositories))

event = app.verify_webhook(job.HEADERS, job.BODY, job.SECRET)
job.done("webhook", event.payload["ref"])

authorization = app.authorize(redirect_uri=job.REDIRECT_URI)
user = app.finish_authorization(authorization, job.press(authorization.url))
login = app.request("GET", "/user", token=user).json()["login"]
job.done("login", login)
