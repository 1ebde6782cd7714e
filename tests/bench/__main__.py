"""Run the benches: ``python -m tests.bench [name …]``; without a name, all of them. Nothing here passes or fails."""

import sys

from tests.bench.harness import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
