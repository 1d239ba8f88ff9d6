"""A program whose user logs in with a browser. README.md shows the part between the marks."""

import os
import appmint

app = appmint.App(
    "github", client_id="Iv1.my-client", client_secret=os.environ["CLIENT_SECRET"],
    store="sqlite:tokens.db", store_key=os.environ["STORE_KEY"],
)
# [readme: login]
with app.start_login() as login:
    login.open_browser()
    app.start_session("alice", login.wait())  # needs a store
reply = app.session("alice").request("GET", "/user/repos")
# [end]
print(f"HTTP status {reply.status}")
