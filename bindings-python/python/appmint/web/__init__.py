"""Logins of users and webhooks, for Flask, Starlette, FastAPI and Django.

Each module here needs the package of its name, and is imported by itself: ``from appmint.web.flask import WebLogin,
Webhooks``; FastAPI uses that of Starlette. ``WebLogin`` sends a user to the platform and back; ``Webhooks`` verifies what the
platform posts, and calls the program's functions for it.

Any process of the program may get the next request of a user, as long as all have one store and one store key.
"""

from ._login import LoginFailure

__all__ = ["LoginFailure"]
