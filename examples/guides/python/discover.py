"""An app on a server that publishes its metadata (RFC 8414, OpenID Connect Discovery)."""

import os

import appmint

# --8<-- [start:main]
descriptor = appmint.discover(os.environ["ISSUER"])  # a text, which may be kept
app = appmint.App(platform_descriptor=descriptor, client_id="tool")
print(app.authorize(redirect_uri="https://example.com/callback").url)
# --8<-- [end:main]
