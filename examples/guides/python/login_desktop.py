"""The user of this machine logs in with a browser, once; later runs find the session in the store."""

import os
from pathlib import Path

import appmint

# --8<-- [start:app]
app = appmint.App(
    environment="APPMINT_",
    store=Path(os.environ["STATE_FOLDER"]) / "tokens.db",
    store_key=os.environ["STORE_KEY"],  # openssl rand -hex 32, kept in the system's keychain
)
# --8<-- [end:app]


# --8<-- [start:login]
def log_in():
    with app.start_login() as login:
        login.open_browser()
        app.start_session("me", login.wait())


try:
    app.session("me").token()
except appmint.ReauthorizeError:  # nobody has logged in yet, or the user has withdrawn the authorization
    log_in()
reply = app.session("me").request("GET", "/user")
print("HTTP status", reply.status)
# --8<-- [end:login]
