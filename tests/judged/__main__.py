"""Print what is right and wrong for each class: ``python -m tests.judged``; on Meilisearch too if one is given."""

import sys
from contextlib import ExitStack

from registry.search.engine import SearchEngine
from tests.bench.harness import scratch
from tests.judged.running import judged, report
from tests.support import machine
from tests.support.engines import embedded_engine, meilisearch_engine


def main() -> None:
    """One report an engine."""
    url = machine.meilisearch_url()
    for name in ("embedded", "meilisearch") if url else ("embedded",):
        with ExitStack() as stack:
            database, settings = stack.enter_context(scratch())
            search: SearchEngine = embedded_engine(settings.data_dir)
            if name == "meilisearch" and url:
                search = stack.enter_context(meilisearch_engine(url, settings.data_dir))
            found = stack.enter_context(judged(database, search))
            sys.stdout.write(f"{name}\n")
            sys.stdout.writelines(line + "\n" for line in report(found))


if __name__ == "__main__":
    main()
