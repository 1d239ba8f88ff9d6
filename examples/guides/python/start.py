"""Ten lines: a token for an organization's installation, and a call of the API with it."""

# --8<-- [start:main]
import appmint

app = appmint.App(environment="APPMINT_")
source = app.installation(organization="octo-org")
token = source.token()
print(token, "expires at", token.expires_at)
reply = source.request("GET", "/orgs/octo-org/repos")
print("HTTP status", reply.status)
# --8<-- [end:main]
