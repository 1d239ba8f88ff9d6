"""Reacts to errors by their kind."""

import appmint

app = appmint.App(environment="APPMINT_")
# --8<-- [start:main]
try:
    token = app.installation(organization="nowhere-inc").token()
except appmint.NotFoundError as error:
    print("install the app first:", error)
except appmint.RateLimitedError as error:
    print("come back in", error.retry_after)
except appmint.Error as error:
    print(error.kind, error.reason, error.status, error.request_id, "retry" if error.is_retryable else "do not retry")
# --8<-- [end:main]
