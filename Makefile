# One line of work a target. The two for newcomers are `demo` and `test`; the rest is listed by `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := $(VENV)/peers
AUDIT := $(VENV)/audit
SIZES ?= 200000 1000000
SIZE ?= 200000
ROUNDS ?= 200
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test check lint types contracts templates screenshots bench bench-search bench-load faults standards sbom audit lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更新 / Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --no-deps --require-hashes -r requirements/run.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(PIP_INSTALL) --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip check
	@touch $@

demo: $(VENV)/run.stamp  ## install, fill a data folder with fictional firms, serve on 127.0.0.1:8000
	$(BIN)/registry demo

test: $(VENV)/dev.stamp  ## every test this machine can run
	$(BIN)/python -m pytest -n auto --dist loadfile

check: lint types contracts templates  ## everything that needs no test run

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy

contracts: $(VENV)/dev.stamp
	$(BIN)/lint-imports

templates: $(VENV)/dev.stamp
	$(BIN)/djlint web/templates --lint

screenshots: $(VENV)/dev.stamp  ## every page type at three widths, light and dark, in both languages: screenshots/index.html
	$(BIN)/python -m tests.screenshots

bench: $(VENV)/dev.stamp  ## measure importing, searching and assessing on this machine (NAME=… for one)
	$(BIN)/python -m tests.bench $(NAME)

$(PEERS)/bin/python: requirements/bench.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

bench-search: $(VENV)/dev.stamp $(PEERS)/bin/python  ## how good and how fast searching is, beside its peers (SIZES="200000 1000000")
	$(BIN)/python -m tests.bench.bench_search --parts judged names speed http peers --sizes $(SIZES) --peers $(PEERS)/bin/python

bench-load: $(VENV)/dev.stamp  ## the highest rate held, by one and two web processes on PostgreSQL (SIZE=200000)
	$(BIN)/python -m tests.bench.bench_load --size $(SIZE)

faults: $(VENV)/dev.stamp  ## kill processes and PostgreSQL in the middle of work, many times, and count what is lost (ROUNDS=200)
	$(BIN)/python -m tests.faults --rounds $(ROUNDS)

standards: $(VENV)/run.stamp  ## prepare the rule files for quick reading (after every change to one)
	$(BIN)/python -c 'from registry.tiering.loader import prepare; prepare()'

$(AUDIT)/bin/python: requirements/audit.txt
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/audit.txt
	@touch $@

sbom: $(AUDIT)/bin/python  ## what the registry is made of, every package with version and hashes: sbom.json (CycloneDX)
	$(AUDIT)/bin/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --output-reproducible --output-format JSON --output-file sbom.json

audit: $(AUDIT)/bin/python  ## ask the package index what is known against the pinned packages, or say that it cannot be asked
	$(AUDIT)/bin/python -m tests.support.auditing requirements/run.txt

lock:  ## resolve the pinned, hashed requirements again (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --group build -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --group build --group dev --group browser -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group pyproject.toml:bench -o requirements/bench.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group pyproject.toml:audit -o requirements/audit.txt

clean:  ## remove what the targets made, keep ./data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
