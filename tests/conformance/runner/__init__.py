"""The conformance runner: cases are data, drivers are small, and this compares."""
