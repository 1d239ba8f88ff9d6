"""An app on a platform that is not built in, by a descriptor."""

import os
from pathlib import Path

import appmint

# --8<-- [start:main]
app = appmint.App(
    platform_descriptor=Path(os.environ["DESCRIPTOR"]).read_text(),
    host="git.corp.example",
    client_id="my-client",
)
print(app.authorize(redirect_uri="https://app.example/callback", scopes=["read:user"]).url)
# --8<-- [end:main]
