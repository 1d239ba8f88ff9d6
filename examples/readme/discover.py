"""A program for a server that publishes its metadata. README.md shows the part between the marks."""

from pathlib import Path
import appmint

# [readme: discover]
descriptor = appmint.discover("https://gitlab.example")
app = appmint.App(
    platform_descriptor=descriptor, api_url="https://gitlab.example/api/v4",
    client_id="my-client", private_key=Path("app.pem"), key_id="key-1",  # or client_secret, or neither
)
# [end]
print(app.authorize(redirect_uri="https://app.example/callback").url)
