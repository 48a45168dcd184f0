"""Settings of the tests that draw their examples, and what is said at the end."""

from hypothesis import HealthCheck, settings

settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.register_profile(
    "thorough", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("reproducible")


def pytest_terminal_summary(terminalreporter):
    """Say in one line that the lessons were not tried out in a browser, where they were not."""
    # Not in the folder of these tests, which pytest-xdist reads in its workers only.
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if report.nodeid.startswith("tests/browser/")
    ]
    if skipped:
        _, _, reason = skipped[0].longrepr
        reason = reason.removeprefix("Skipped: ")
        terminalreporter.write_line(f"{len(skipped)} tests skipped: {reason}", yellow=True)
