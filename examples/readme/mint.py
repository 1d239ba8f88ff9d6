"""A program that mints an installation token. README.md shows the part between the marks."""

# [readme: mint]
from pathlib import Path
import appmint

app = appmint.App("atomgit", app_id=75, private_key=Path("app.pem"))
source = app.installation(14)
header = source.token().authorization_header()
reply = source.request("GET", "/orgs/acme/repos")
# [end]
print(f"a header of {len(header)} characters, HTTP status {reply.status}")
