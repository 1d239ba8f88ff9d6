"""appmint for the HTTP clients and the API clients of Python.

Each module here needs the package of its name, and is imported by itself: ``from appmint.adapters.httpx import
Auth``. They all keep three rules. A request to the platform's API gets the source's token, or the app's JWT where
the path wants that; a request to any other host gets nothing. A 401 invalidates the token that was refused, which
brings one new token however many callers had it, and the request is sent once more if its body can be.
"""
