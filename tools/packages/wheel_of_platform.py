"""A wheel that is for one platform, and for every Python: hatchling runs this while it builds one.

`APPMINT_WHEEL_PLATFORM` is the wheel's platform tag. The files in `scripts` go where commands are.
"""

import os
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelOfPlatform(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ['APPMINT_WHEEL_PLATFORM']}"
        scripts = sorted((Path(self.root) / "scripts").glob("*"))
        build_data["shared_scripts"] = {str(path): path.name for path in scripts}
