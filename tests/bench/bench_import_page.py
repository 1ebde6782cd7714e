"""How long a long workbook takes from upload to preview through the pages: ``python -m tests.bench.bench_import_page``.

The service with its worker runs in a process of its own; a client uploads, waits for the page as a browser does,
settles what is proposed and waits for the preview, then signs and waits until it is written. Beside it: how long bare
calamine needs for the same workbook. The size is about twice that of the longest lists there are.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from lxml import html

from registry.db import make_engine
from registry.policies import Grant
from registry.services.migrating import migrate
from registry.settings import Settings
from registry.vocabulary import Role
from tests.bench.bench_import import made_up
from tests.bench.harness import Report, scaled
from tests.support.people import PASSWORD, create_people

ROWS = 100_000
LOOK_SECONDS = 0.5
"""How often the client looks; a browser does every three seconds."""
GIVE_UP_SECONDS = 1_800
HEADER = ("企业名称", "统一社会信用代码", "注册号", "登记状态", "状态简称", "成立日期", "注册资本", "省份", "城市")
TITLE = "2026年第八批专精特新“小巨人”企业名单"
COMMAND = "import sys, commands; sys.exit(commands.main(sys.argv[1:]))"
CALAMINE = """
import sys, python_calamine
book = python_calamine.CalamineWorkbook.from_path(sys.argv[1])
print(sum(len(row) for row in book.get_sheet_by_index(0).to_python()))
"""
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def workbook(path: Path, count: int) -> None:
    """A list with a title, a header and so many rows."""
    import xlsxwriter  # type: ignore[import-untyped]

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_string(0, 0, TITLE)
        for at, column in enumerate(HEADER):
            sheet.write_string(1, at, column)
        for number, line in enumerate(made_up(count), 2):
            for at, cell in enumerate(line.strip().split(",")[: len(HEADER)]):
                sheet.write_string(number, at, cell)


class Served:
    """The service in a process of its own and a signed-in client."""

    def __init__(self, data_dir: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        environment = {**os.environ, "REGISTRY_DATA_DIR": str(data_dir)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "serve", "--port", str(port)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=SAME_SITE, timeout=600)
        self._wait_for_start()
        self.post("/login", {"login": "fang", "password": PASSWORD})

    def post(self, path: str, data: dict[str, Any], **more: Any) -> str:
        """Send a form; the address it leads to."""
        answer = self.client.post(path, data=data, **more)
        if answer.status_code != 303:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return str(answer.headers["location"])

    def text(self, path: str) -> str:
        """A page."""
        answer = self.client.get(path)
        answer.raise_for_status()
        return str(answer.text)

    def wait(self, path: str, until: Callable[[str], bool]) -> None:
        """Look at a page until it says so."""
        begun = time.monotonic()
        while not until(self.text(path)):
            if time.monotonic() - begun > GIVE_UP_SECONDS:
                raise RuntimeError(f"{path} never came to it")
            time.sleep(LOOK_SECONDS)

    def cpu(self) -> float:
        """Processor seconds of the service so far, its ended readers included."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> int:
        """Stop; the peak memory of its largest process in kilobytes."""
        self.client.close()
        self.process.terminate()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_maxrss

    def _wait_for_start(self) -> None:
        for _ in range(600):
            try:
                self.client.get("/login")
                return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise RuntimeError("the service did not start")


def settings_of(page: str) -> dict[str, list[str]]:
    """What the settings form sends as it stands."""
    tree: Any = html.fromstring(page)
    form = tree.get_element_by_id("settings")
    found: dict[str, list[str]] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def is_idle(page: str) -> bool:
    """The page does not ask again by itself."""
    return 'hx-trigger="every' not in page


def bare_reading(path: Path) -> tuple[float, int]:
    """Seconds and peak kilobytes of a process that only reads the cells."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", CALAMINE, str(path)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - begun, usage.ru_maxrss


def measure(served: Served, path: Path, size: str, report: Report) -> None:
    """Upload, read, settle, preview, write; a line each."""
    begun, used = time.perf_counter(), served.cpu()

    def said(what: str, note: str = "") -> None:
        nonlocal begun, used
        now, cpu = time.perf_counter(), served.cpu()
        report(what, size, now - begun, f"service cpu {cpu - used:.1f} s, load {os.getloadavg()[0]:.1f}{note}")
        begun, used = now, cpu

    start = begun
    with path.open("rb") as file:
        address = served.post("/office/imports", {}, files={"file": (path.name, file)})
    said("page: upload answered")
    served.wait(address, is_idle)
    said("page: read by the worker")
    served.post(f"{address}/settings", settings_of(served.text(address)))
    served.wait(address, is_idle)
    said("page: staged by the worker, preview shown", f"; {time.perf_counter() - start:.1f} s since the upload began")
    served.text(address)
    said("page: the preview opened again")
    rows = size.split()[0].replace(",", "")
    served.post(f"{address}/write", {"count": rows})
    served.wait(address, lambda page: is_idle(page) and "已写入" in page)
    said("page: signed and written")


def main() -> None:
    """Measure and print the numbers."""
    report, count = Report(), scaled(ROWS)
    size = f"{count:,} rows"
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        path = Path(folder) / "名单.xlsx"
        workbook(path, count)
        seconds, kilobytes = bare_reading(path)
        note = f"{path.stat().st_size >> 20} MB, peak {kilobytes >> 10} MB, load {os.getloadavg()[0]:.1f}"
        report("process: import calamine, read the cells", size, seconds, note)
        settings = Settings(data_dir=Path(folder) / "data")
        engine = make_engine(settings)
        migrate(engine)
        create_people(engine, {"fang": Grant(Role.CURATOR, "440000")})
        engine.dispose()
        served = Served(settings.data_dir)
        try:
            measure(served, path, size, report)
        finally:
            peak = served.end()
        print(f"  (peak of the largest process of the service: {peak >> 10} MB)", flush=True)


if __name__ == "__main__":
    main()
