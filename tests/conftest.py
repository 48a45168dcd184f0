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
