"""A program for a platform that is not built in. README.md shows the part between the marks."""

# [readme: own_platform]
from pathlib import Path
import appmint

app = appmint.App(
    platform_descriptor=Path("examples/platforms/forgejo.json").read_text(),
    host="git.corp.example", client_id="my-client", client_secret="my-secret",
)
print(app.authorize(redirect_uri="https://app.example/callback", scopes=["read:user"]).url)
# [end]
