"""A program that shares its tokens with other processes. README.md shows the part between the marks."""

import os
from pathlib import Path
import appmint

# [readme: fleet]
app = appmint.App(
    "github", app_id=1, private_key=Path("app.pem"),
    store="sqlite:tokens.db", store_key=os.environ["STORE_KEY"],  # openssl rand -hex 32
)
source = app.installation(organization="octo-org")  # looked up when the first token is requested
print(source.token(), source.installation_id, app.stats())
# [end]
