"""Lists the app's installations, and mints a token that can do no more than its job needs."""

from datetime import timedelta

import appmint

app = appmint.App(environment="APPMINT_")

# --8<-- [start:list]
for installation in app.installations():  # pages are requested as they are needed
    state = "suspended" if installation.suspended_at else "active"
    print(installation.id, installation.account, state)
# --8<-- [end:list]

# --8<-- [start:narrow]
source = app.installation(
    organization="octo-org",
    repositories=["octo-repo"],  # without the owner
    permissions={"contents": "read"},
)
token = source.token(min_valid=timedelta(minutes=30))
print(token.repositories, token.permissions, token.expires_at)
# --8<-- [end:narrow]

# --8<-- [start:revoke]
source.revoke()
# --8<-- [end:revoke]
