"""Fail if tests that this machine was prepared for were skipped: ``python -m tests.support.no_skips REPORT.xml``."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

NEEDED = ("PostgreSQL:", "Chromium:")
"""How the skip reasons of tests begin that must run where everything is installed."""


def skipped_in_vain(report: Path) -> list[str]:
    """Each needed test that was skipped, with the reason. The report is a JUnit file written by pytest."""
    found = []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        skip = case.find("skipped")
        reason = "" if skip is None else f"{skip.get('message', '')} {skip.text or ''}"
        if any(start in reason for start in NEEDED):
            found.append(f"{case.get('classname')}.{case.get('name')}: {reason.splitlines()[0].strip()}")
    return found


def ran(report: Path) -> int:
    """How many tests the report speaks of."""
    return sum(1 for _ in ElementTree.parse(report).iter("testcase"))  # noqa: S314 - our own pytest wrote it


def main(arguments: list[str]) -> int:
    """Print what was skipped; exit status 1 if anything was, or if no test ran at all."""
    report = Path(arguments[0])
    if ran(report) == 0:
        sys.stderr.write("no test ran\n")
        return 1
    skipped = skipped_in_vain(report)
    for line in skipped:
        sys.stderr.write(f"skipped: {line}\n")
    return 1 if skipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
