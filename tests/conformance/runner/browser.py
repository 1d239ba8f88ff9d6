"""What a person's browser does while a login waits for it: it asks for pages, one after the other."""

import http.client
import threading
from urllib.parse import urlsplit

PATIENCE_S = 10


class Browser:
    """Visits in the background; each has a `url`, the `status` and a part of the `page` that it is to bring."""

    def __init__(self, visits):
        self.found = []
        self.thread = threading.Thread(target=self._visit, args=(visits,), daemon=True)
        if visits:
            self.thread.start()

    def problems(self):
        """What was not as it was to be, once all pages have come."""
        if not self.thread.ident:
            return []
        self.thread.join(PATIENCE_S)
        return [*self.found, "the browser still waits for a page"] if self.thread.is_alive() else self.found

    def _visit(self, visits):
        for visit in visits:
            try:
                self.found += differences(visit, *load(visit))
            except (OSError, http.client.HTTPException) as error:
                self.found.append(f"the browser at {visit['url']}: {error!r}")


def load(visit):
    """The status, headers and text of a page."""
    parts = urlsplit(visit["url"])
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_S)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(visit.get("method", "GET"), target, headers=visit.get("headers", {}))
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode()
    finally:
        connection.close()


def differences(visit, status, headers, text):
    found = [] if status == visit["status"] else [f"the browser got {status}, not {visit['status']}"]
    if visit.get("page", "") not in text:
        found.append(f"the page lacks `{visit['page']}`")
    if headers.get("Cache-Control") != "no-store":
        found.append("the page may be kept by a cache")
    return found
