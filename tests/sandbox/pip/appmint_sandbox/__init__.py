"""A local server that behaves as the documentation of GitHub, AtomGit and others says, for tests without an account.

With pytest, the fixture ``appmint_sandbox`` starts one. Elsewhere::

    with start_sandbox("github") as sandbox, appmint.App(**sandbox.settings) as app:
        token = app.installation(sandbox.installations[0]).token()
"""

from ._program import main, program
from ._sandbox import Sandbox, start_sandbox

__all__ = ["Sandbox", "main", "program", "start_sandbox"]
