"""``python -m tests.support.auditing FILE``: what is known against pinned packages, or that it could not be asked.

Exit codes: 0 nothing is known, 1 something is, 3 the package index could not be asked.
"""

import subprocess
import sys

KNOWN, NOT_ASKED = 1, 3
SKIPPED = "could not be audited"
AWAY = ("ConnectionError", "ServiceError", "Max retries", "ProxyError", "Failed to", "404", "timed out")


def outcome(code: int, said: str) -> int:
    """Our exit code for that of pip-audit and what it said.

    A package the service does not know is skipped with a friendly end: nothing is found where nothing was asked.
    """
    if SKIPPED in said:
        return NOT_ASKED if "Found " not in said else KNOWN
    if code == 0:
        return 0
    if "Found " in said:
        return KNOWN
    return NOT_ASKED if any(word in said for word in AWAY) else code


def main(path: str) -> int:
    """Ask, print what came back, and say plainly if nothing did."""
    quietly = ["--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", *quietly, "-r", path],
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stdout.write(asked.stdout)
    found = outcome(asked.returncode, asked.stdout + asked.stderr)
    last = asked.stderr.strip().splitlines()[-1:] or [""]
    sys.stdout.write(last[0] + "\n")
    if found == NOT_ASKED:
        sys.stdout.write("没有查全，不等于没有漏洞。/ Not, or not fully, asked: that is no proof of safety.\n")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
