"""Settings of the tests that draw their examples, and what is said at the end."""

from collections import Counter

from hypothesis import HealthCheck, settings

settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.register_profile(
    "thorough", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("reproducible")


def pytest_terminal_summary(terminalreporter):
    """Say in a line each why lessons or site were not tried out, where they were not."""
    # Not in the folder of these tests, which pytest-xdist reads in its workers only.
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if report.nodeid.startswith(("tests/browser/", "tests/test_site_pages"))
    ]
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{number} tests skipped: {reason}", yellow=True)
