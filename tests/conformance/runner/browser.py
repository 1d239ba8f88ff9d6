"""A browser whose user presses the first button: prints where the platform sends it then.

    python browser.py AUTHORIZATION_URL
"""

import re
import sys
import urllib.error
import urllib.request
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not go where it is sent."""

    def redirect_request(self, *_):
        return None


def press(url):
    browser = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}))
    page = browser.open(url, timeout=10).read().decode()
    action = urljoin(url, unescape(re.search(r'<form method="post" action="([^"]*)"', page)[1]))
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    fields += re.findall(r'<button type="submit" name="([^"]*)" value="([^"]*)"', page)[:1]
    form = urlencode([(unescape(name), unescape(value)) for name, value in fields]).encode()
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(action))
    try:
        reply = browser.open(urllib.request.Request(action, form, {"Origin": origin}), timeout=10)
    except urllib.error.HTTPError as redirect:
        reply = redirect
    return reply.headers["Location"]


if __name__ == "__main__":
    print(press(sys.argv[1]))
