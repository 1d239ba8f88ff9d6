"""An app whose private key this program never sees: something else signs."""

import os
import subprocess

import appmint

# --8<-- [start:main]
KEY = os.environ["KMS_KEY"]


def sign(message):
    """Has the key's keeper make the RS256 signature. Called on appmint's threads, on several at once."""
    command = ["openssl", "dgst", "-sha256", "-sign", KEY]
    return subprocess.run(command, input=message, capture_output=True, check=True).stdout


app = appmint.App(environment="APPMINT_", signer=sign)
print(app.installation(organization="octo-org").token())
# --8<-- [end:main]
