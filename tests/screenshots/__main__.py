"""``python -m tests.screenshots``: start a small demo, take every page, write a contact sheet.

The folder of pictures is not part of the repository. ``--data`` keeps the demo for the next run, so that two runs of
one day can be compared picture by picture (``--lossless``).
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from registry.demo.building import ensure_demo
from registry.demo.people import ACCOUNTS
from registry.demo.submissions import FIRM_ACCOUNTS
from registry.settings import Settings
from tests.browser.conftest import LiveServer
from tests.screenshots.sheet import write_sheet
from tests.screenshots.taking import LOCALES, THEMES, WIDTHS, Wish, take
from tests.support import machine
from tests.support.demos import SMALL
from tests.support.serving import serving


def main() -> int:
    """Exit status 0 when every page was taken, 2 where there is no Chromium."""
    wanted = _arguments().parse_args()
    chromium = machine.chromium_path()
    if chromium is None:
        sys.stderr.write(f"{machine.NO_CHROMIUM}\n")
        return 2
    wish = Wish(wanted.only, tuple(wanted.width), tuple(wanted.theme), tuple(wanted.locale), wanted.lossless)
    with _demo(wanted.data) as live_server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        pages = take(browser, live_server, wish, wanted.out)
        browser.close()
    sys.stdout.write(f"{len(pages)} × {len(wish.looks())} → {write_sheet(wanted.out, pages, wish)}\n")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="Pictures of every page type.")
    parser.add_argument("--out", type=Path, default=Path("screenshots"), help="folder for the pictures")
    parser.add_argument("--data", type=Path, help="folder of a finished demo to copy; made there if it is not")
    parser.add_argument("--only", default="", help="part of a picture's name, such as public-home")
    parser.add_argument("--width", type=int, nargs="+", default=WIDTHS)
    parser.add_argument("--theme", nargs="+", choices=THEMES, default=THEMES)
    parser.add_argument("--locale", nargs="+", choices=LOCALES, default=LOCALES)
    parser.add_argument("--lossless", action="store_true", help="PNG instead of WebP, to compare pixel by pixel")
    return parser


@contextmanager
def _demo(kept: Path | None) -> Iterator[LiveServer]:
    """A running demo on a copy of its own: some pages only exist after something was done."""
    with tempfile.TemporaryDirectory() as folder:
        finished = kept or Path(folder, "finished")
        ensure_demo(Settings(data_dir=finished, demo=True), size=SMALL)
        settings = Settings(data_dir=Path(shutil.copytree(finished, Path(folder, "data"))), demo=True)
        with serving(settings) as url:
            logins = {account.login: account.password for account in (*ACCOUNTS, *FIRM_ACCOUNTS)}
            yield LiveServer(url, settings, logins)


if __name__ == "__main__":
    sys.exit(main())
