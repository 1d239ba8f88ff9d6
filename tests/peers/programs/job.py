"""What every program of the comparison is given: the app's settings, the user's browser, and the clock of the job."""

import json
import os
import time
import urllib.request

SETTINGS = json.loads(os.environ["JOB"])
API, WEB, APP_ID, KEY = (SETTINGS[name] for name in ("api_url", "web_url", "app_id", "private_key"))
CLIENT_ID, CLIENT_SECRET, REDIRECT_URI = (SETTINGS[name] for name in ("client_id", "client_secret", "redirect_uri"))
HEADERS, BODY, SECRET = SETTINGS["headers"], SETTINGS["body"].encode(), SETTINGS["secret"]
# The user's own requests for the platform's pages.
BROWSERS = {"authorize_page", "authorize_decision"}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def press(url):
    """The URL to which the user's browser returns, once "Authorize" was pressed."""
    with DIRECT.open(f"{SETTINGS['admin_url']}/press", json.dumps({"url": url}).encode(), timeout=20) as reply:
        return json.load(reply)["location"]


def done(step, result):
    """Prints a step, its result, and when it was done by the clock of all processes."""
    now = time.clock_gettime(time.CLOCK_MONOTONIC)
    with DIRECT.open(f"{SETTINGS['admin_url']}/ledger", timeout=20) as reply:
        requests = sum(entry["operation"] not in BROWSERS for entry in json.load(reply))
    print(json.dumps({"step": step, "result": result, "now": now, "requests": requests}), flush=True)
