"""A minimal browser that requests pages one after the other while a login waits for it."""

import http.client
import threading
from urllib.parse import urlsplit

TIMEOUT_S = 10


class Browser:
    """Visits pages in a background thread. A visit has a `url`, the expected `status` and an expected part of the `page`."""

    def __init__(self, visits):
        self.found = []
        self.thread = threading.Thread(target=self._visit, args=(visits,), daemon=True)
        if visits:
            self.thread.start()

    def problems(self):
        """Waits for all visits and returns the differences from what was expected."""
        if not self.thread.ident:
            return []
        self.thread.join(TIMEOUT_S)
        if self.thread.is_alive():
            return [*self.found, f"the browser did not receive all pages within {TIMEOUT_S} s"]
        return self.found

    def _visit(self, visits):
        for visit in visits:
            try:
                self.found += compare(visit, *load(visit))
            except (OSError, http.client.HTTPException) as error:
                self.found.append(f"the browser cannot open {visit['url']}: {error!r}")


def load(visit):
    """Requests a page and returns its status, headers and text."""
    parts = urlsplit(visit["url"])
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_S)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(visit.get("method", "GET"), target, headers=visit.get("headers", {}))
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode()
    finally:
        connection.close()


def compare(visit, status, headers, text):
    found = [] if status == visit["status"] else [f"the page has the status {status}, not {visit['status']}"]
    if visit.get("page", "") not in text:
        found.append(f"the page lacks `{visit['page']}`")
    if headers.get("Cache-Control") != "no-store":
        found.append("the page may be cached: it lacks `Cache-Control: no-store`")
    return found
