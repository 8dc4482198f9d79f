# The doors: make setup | demo | serve | test | lint | bench | lock
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo serve test lint bench lock clean

setup: .venv/.runtime

# The stamp is written last, so an interrupted set-up is simply done again.
.venv/.runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Quorum needs Python 3.11 or newer; $$($(PYTHON) --version) was found. Name another with: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || { rm -rf .venv; $(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 2; }; }
	@echo "Installing the locked packages (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/.test: .venv/.runtime requirements-test.txt
	@echo "Installing the test tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

demo: setup
	@$(BIN)/quorum demo

serve: setup
	@$(BIN)/quorum serve

test: .venv/.test
	@$(BIN)/python -m tests.need_browser
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: .venv/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.test
	@$(BIN)/python -m tests.bench $(ONLY)

# Runs pip-compile from a throw-away environment; nothing else needs it.
lock:
	$(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet pip-tools
	.venv/lock/bin/pip-compile --quiet --upgrade --strip-extras --no-header --no-emit-index-url --no-emit-options -o requirements.txt pyproject.toml
	.venv/lock/bin/pip-compile --quiet --upgrade --strip-extras --no-header --no-emit-index-url --no-emit-options --extra test -c requirements.txt -o requirements-test.txt pyproject.toml

clean:
	rm -rf .venv .quorum
