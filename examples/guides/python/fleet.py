"""One of many processes that share their tokens: whoever needs one first has it minted."""

import os

import appmint

# --8<-- [start:main]
app = appmint.App(
    environment="APPMINT_",
    store=os.environ["REDIS_URL"],  # redis://… or rediss://… (TLS)
    store_key=os.environ["STORE_KEY"],  # openssl rand -hex 32, the same for all processes
)
token = app.installation(organization="octo-org").token()
stats = app.stats()
print("minted:", stats.minted, "from the store:", stats.from_store)
# --8<-- [end:main]
