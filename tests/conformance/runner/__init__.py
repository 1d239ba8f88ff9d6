"""The conformance runner: it sends the steps of a case to a driver, plays the platform, and compares the results."""
