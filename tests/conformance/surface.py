"""What every language offers: the contract, as its reflection tests read it."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from reference.contract import contract

SURFACE = contract()
