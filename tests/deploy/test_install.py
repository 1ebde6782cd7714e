"""The files of the install guide fit together, and what they start runs: two web processes, a worker, a backup."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from registry.settings import Settings
from tests.deploy.test_containers import answer, free_port, stop
from tests.support.postgres import Cluster

ROOT = Path(__file__).parents[2]
FILES = ROOT / "docs/install"
GUIDE = (ROOT / "docs/install.md").read_text(encoding="utf-8")
PROGRAM = "/opt/registry/current/bin/registry"


def values(unit: str, name: str) -> list[str]:
    """What a unit file says under a name."""
    return re.findall(rf"^{name}=(.*)$", (FILES / unit).read_text(encoding="utf-8"), flags=re.M)


def variables(*files: str) -> dict[str, str]:
    """What files of settings say."""
    lines = [line for file in files for line in (FILES / file).read_text(encoding="utf-8").splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_file_is_installed_by_the_guide() -> None:
    for file in FILES.iterdir():
        wildcard = "registry-*.service" if file.match("registry-*.service") else file.name
        assert f"docs/install/{wildcard}" in GUIDE, file.name


def test_every_variable_is_a_setting_and_no_secret_is_filled_in() -> None:
    known = {f"REGISTRY_{name.upper()}" for name in Settings.model_fields} | {"FORWARDED_ALLOW_IPS", "LANG"}
    given = variables("registry.env", "worker.env")
    assert given.keys() <= known
    for name, value in given.items():
        if re.search("KEY|TOKEN|DATABASE_URL", name):
            assert "CHANGE" in value, name
    assert "REGISTRY_SEARCH_ADMIN_KEY" not in variables("registry.env"), "the web processes are not given it"
    assert [*values("registry-web@.service", "EnvironmentFile")] == ["/etc/registry/registry.env"]


@pytest.mark.parametrize("unit", ["registry-web@.service", "registry-worker.service", "registry-backup.service"])
def test_our_services_have_no_rights_they_do_not_need(unit: str) -> None:
    for name, value in (("User", "registry"), ("NoNewPrivileges", "true"), ("ProtectSystem", "strict")):
        assert values(unit, name) == [value]
    assert values(unit, "ReadWritePaths")[0].startswith(variables("registry.env")["REGISTRY_DATA_DIR"])


def test_the_proxy_asks_the_processes_the_guide_starts_and_keeps_metrics_inside() -> None:
    proxy = (FILES / "nginx.conf").read_text(encoding="utf-8")
    instances = {f"800{number}" for number in re.findall(r"registry-web@(\d)", GUIDE)}
    assert set(re.findall(r"server 127\.0\.0\.1:(\d+)", proxy)) == instances == {"8001", "8002"}
    assert re.search(r"location = /metrics \{\s*return 404;", proxy)
    for header in ("Host $host", "X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr"):
        assert f"proxy_set_header {header};" in proxy


@pytest.mark.postgres
def test_what_the_units_start_runs_on_postgresql(postgres_cluster: Cluster, tmp_path: Path) -> None:
    """As the guide goes: migrate, an administrator, worker and two web processes, doctor, backup and its check."""
    backups, program = tmp_path / "backups", _program(tmp_path / "registry")
    backups.mkdir()
    with postgres_cluster.empty_database() as url, ExitStack() as ending:
        given = variables("registry.env") | {"REGISTRY_DATA_DIR": str(tmp_path / "data"), "REGISTRY_DATABASE_URL": url}
        given = {**given, "REGISTRY_SEARCH_URL": "", "REGISTRY_SEARCH_KEY": "", "REGISTRY_METRICS_TOKEN": "f3b1" * 6}
        environment = os.environ | given | {"LANG": "en"}

        def run(*words: str, typed: str = "") -> str:
            done = subprocess.run(
                [str(program), *words], cwd=tmp_path, env=environment, input=typed, capture_output=True, text=True
            )
            assert done.returncode == 0, (words, done.stdout, done.stderr)
            return done.stdout

        def start(unit: str, port: int = 0) -> "subprocess.Popen[str]":
            line = values(unit, "ExecStart")[0].replace(PROGRAM, str(program)).replace("800%i", str(port))
            process = subprocess.Popen(
                shlex.split(line), env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            ending.callback(stop, process)
            return process

        run("migrate")
        run(*"user add li --role administrator --region 440000 --password-stdin".split(), typed="a long pass word 9\n")
        start("registry-worker.service")
        for port in (free_port(), free_port()):
            web = start("registry-web@.service", port)
            assert answer(port, "/readyz", web) == 200
            shown = {"Authorization": f"Bearer {given['REGISTRY_METRICS_TOKEN']}"}
            told = requests.get(f"http://127.0.0.1:{port}/metrics", headers=shown, timeout=60)
            assert "registry_database_up 1.0" in told.text
        shell = values("registry-backup.service", "ExecStart")[0].replace(PROGRAM, str(program))
        line = shell.replace("/backups", str(backups)).replace("%%", "%")
        assert subprocess.run(shlex.split(line), cwd=tmp_path, env=environment, capture_output=True).returncode == 0
        (taken,) = backups.glob("registry-*.tar")
        run("restore", "--check", str(taken))
        _until_right(program, environment)


def _program(path: Path) -> Path:
    """This checkout under the name that the units start."""
    path.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT / "commands.py"} "$@"\n')
    path.chmod(0o700)
    return path


def _until_right(program: Path, environment: dict[str, str]) -> None:
    """The worker builds the first index; then the doctor has nothing to complain of."""
    deadline = time.monotonic() + 120
    while True:
        done = subprocess.run([str(program), "doctor", "--json"], env=environment, capture_output=True, text=True)
        wrong = [check for check in json.loads(done.stdout)["checks"] if not check["ok"]]
        # The test server has no password in its address, or a short one.
        if not [check for check in wrong if check["name"] != "secrets"]:
            return
        assert time.monotonic() < deadline, wrong
        time.sleep(0.5)
