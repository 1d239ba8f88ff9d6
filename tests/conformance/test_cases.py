"""Every case with every surface."""

import pytest

from runner.run import run_with


def test_case(case, driver):
    problems = run_with(case, driver)
    claim = f"{case.claims}\n  {case.source}" if case.source else case.claims
    if problems:
        pytest.fail("\n- ".join([claim, *problems]), pytrace=False)
