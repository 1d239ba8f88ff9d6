"""The patches that break the core on purpose still fit it; `make mutants` tells whether the simulation finds them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCHES = sorted((ROOT / "tests" / "mutants").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=[patch.stem for patch in PATCHES])
def test_a_mutant_applies_to_the_core(patch):
    checked = subprocess.run(["git", "apply", "--check", str(patch)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, f"make the patch anew:\n{checked.stderr}"


def test_there_are_mutants():
    assert PATCHES
