"""Takes the place of xdg-open: presses "Authorize" on the sandbox's page, and follows the redirect back."""

import json
import sys
import urllib.parse
import urllib.request

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def press(url):
    """Where the sandbox's page sends the browser."""
    parts = urllib.parse.urlsplit(url)
    body = json.dumps({"url": url}).encode()
    with DIRECT.open(f"{parts.scheme}://{parts.netloc}/_sandbox/press", body, timeout=20) as reply:
        return json.load(reply)["location"]


if __name__ == "__main__":
    DIRECT.open(press(sys.argv[1]), timeout=20).close()
