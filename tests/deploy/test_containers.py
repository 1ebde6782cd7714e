"""The container files are what they should be, and the plain commands in them run."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from ruamel.yaml import YAML

from registry.search.meilisearch_keys import KEYS, value_of

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = YAML(typ="safe", pure=True).load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ADMIN_KEY = "REGISTRY_SEARCH_ADMIN_KEY"
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def run(arguments: list[str], data: Path, **options: Any) -> subprocess.Popen[str]:
    """One of the commands, on an own data folder; ``registry`` is this checkout's."""
    assert arguments[0] == "registry"
    environment = os.environ | {"REGISTRY_DATA_DIR": str(data), "REGISTRY_EMBEDDED_WORKER": "false", "LANG": "en"}
    command = [sys.executable, str(ROOT / "commands.py"), *arguments[1:]]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def stop(process: "subprocess.Popen[str]") -> int:
    """Ask it to stop, as a container engine does."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    return process.returncode


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, path: str, process: "subprocess.Popen[str]") -> int:
    """The status of a page as soon as there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
                return int(response.status)
        except (urllib.error.URLError, TimeoutError):  # the socket is open before the program behind it is
            time.sleep(0.2)
    raise AssertionError(process.communicate(timeout=5))


def test_the_services_are_those_of_the_design_and_only_the_web_is_reachable_from_this_machine_only() -> None:
    assert COMPOSE["services"].keys() == {"migrate", "keys", "web", "worker", "postgres", "meilisearch"}
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}
    assert set(COMPOSE["volumes"]) == {"data", "postgres", "meilisearch"}
    assert int(re.findall(r"postgres:(\d+)", COMPOSE["services"]["postgres"]["image"])[0]) >= 15


def test_no_secret_stands_in_the_file_and_a_missing_one_stops_it() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|DATABASE_URL", name):
                assert ":?" in value, name


def test_nobody_but_the_search_server_and_who_makes_its_keys_is_told_the_master_key() -> None:
    told = {
        name: {key for key, value in service.get("environment", {}).items() if "MEILI_MASTER_KEY" in f"{key}{value}"}
        for name, service in COMPOSE["services"].items()
    }
    assert {name for name, keys in told.items() if keys} == {"meilisearch", "keys"}
    writing = {name for name, service in COMPOSE["services"].items() if ADMIN_KEY in service.get("environment", {})}
    assert writing == {"worker"}


def test_the_lines_of_the_manual_write_the_keys_the_program_makes(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    lines = re.findall(r"```sh\n(umask 077; master=.*?)docker compose", manual, re.DOTALL)
    subprocess.run(["bash", "-euc", lines[0]], cwd=tmp_path, check=True)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    said = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text(encoding="utf-8").splitlines())
    master = SecretStr(said["MEILI_MASTER_KEY"])
    assert {key.setting: value_of(key, master) for key in KEYS}.items() <= said.items()
    wanted = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert said.keys() == wanted


def test_every_long_running_service_has_a_health_check_and_no_extra_rights() -> None:
    assert "HEALTHCHECK" in DOCKERFILE
    for name in ("worker", "postgres", "meilisearch"):
        assert COMPOSE["services"][name]["healthcheck"]["test"][0] == "CMD"
    for service in OURS.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True


def test_the_image_is_built_from_checked_wheels_and_runs_without_rights_or_compilers() -> None:
    assert DOCKERFILE.count("FROM python:") == 2
    assert "--no-deps --require-hashes --only-binary :all: -r requirements/run.txt" in DOCKERFILE
    final = DOCKERFILE.rpartition("FROM ")[2]
    assert "USER registry" in final
    # Only the programs that copy a PostgreSQL database come from Debian.
    assert re.findall(r"apt-get install ([^&]+)", final) == ["--no-install-recommends --yes postgresql-client-15 "]
    assert "gcc" not in DOCKERFILE
    copied = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied[1] == "*"
    for line in copied:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line


def test_the_plain_commands_migrate_serve_and_work(tmp_path: Path) -> None:
    services = COMPOSE["services"]
    migrate = run(services["migrate"]["command"], tmp_path)
    assert migrate.communicate(timeout=120)[1] == ""
    assert migrate.returncode == 0
    port = free_port()
    commanded = [part if part != "8000" else str(port) for part in services["web"]["command"]]
    web, worker = run(commanded, tmp_path), run(services["worker"]["command"], tmp_path)
    try:
        assert answer(port, "/readyz", web) == 200
        assert answer(port, "/api/v1/directories", web) == 200
        again = run(commanded, tmp_path)
        assert len(again.communicate(timeout=60)[1].splitlines()) == 1
        assert again.returncode == 2
        doctor = run(services["worker"]["healthcheck"]["test"][1:], tmp_path)
        said = json.loads(doctor.communicate(timeout=60)[0])
        assert (doctor.returncode, said["ok"]) == (0, True), said
        assert worker.poll() is None
    finally:
        codes = [stop(process) for process in (web, worker)]
    assert codes[0] in (0, -signal.SIGTERM)
    assert codes[1] == 0


def test_the_image_starts_what_compose_starts() -> None:
    assert json.loads(DOCKERFILE.rpartition("CMD ")[2]) == COMPOSE["services"]["web"]["command"]


def test_serving_before_migrating_is_one_clear_line(tmp_path: Path) -> None:
    served = run(["registry", "serve", "--port", "0"], tmp_path)
    said = served.communicate(timeout=60)[1]
    assert served.returncode == 2
    assert "registry migrate" in said
    assert len(said.splitlines()) == 1


def test_the_manual_names_only_commands_that_exist() -> None:
    manual = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    found = re.findall(r"^(?:docker compose exec web )?(registry [a-z -]+)", manual, flags=re.MULTILINE)
    assert len(found) >= 8
    for line in {" ".join(shlex.split(line)[:2]) for line in found}:
        shown = subprocess.run(
            [sys.executable, str(ROOT / "commands.py"), *line.split()[1:], "--help"], cwd=ROOT, capture_output=True
        )
        assert shown.returncode == 0, line


@pytest.mark.parametrize("name", ["REGISTRY_DATA_DIR", "REGISTRY_DATABASE_URL", "REGISTRY_SEARCH_URL"])
def test_the_manual_explains_every_setting(name: str) -> None:
    from registry.settings import Settings

    manual = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    assert name in manual
    for setting in Settings.model_fields:
        assert f"REGISTRY_{setting.upper()}" in manual, setting
