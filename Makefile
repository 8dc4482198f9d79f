# The doors: make setup | demo | serve | test | lint | bench | lock | plotly
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Byte code is kept, whatever the surroundings say: every start and every test process would compile anew without it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo serve test lint bench lock plotly clean

setup: .venv/.runtime

# The stamp is written last, so an interrupted set-up is simply done again.
.venv/.runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Quorum needs Python 3.11 or newer; $$($(PYTHON) --version) was found. Name another with: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || { rm -rf .venv; $(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 2; }; }
	@echo "Installing the locked packages (about a minute the first time) ..."
	@# The locks name everything, so there is nothing to resolve.
	@$(PIP) --no-deps -r requirements.txt
	@$(PIP) --no-deps --editable .
	@touch $@

.venv/.test: .venv/.runtime requirements-test.txt
	@echo "Installing the test tools ..."
	@$(PIP) --no-deps -r requirements-test.txt
	@touch $@

demo: setup
	@$(BIN)/quorum demo

serve: setup
	@$(BIN)/quorum serve

test: .venv/.test
	@$(BIN)/python -m tests.need_browser
	$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder $(TESTS)

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

# The library charts are drawn with, made of the traces we use; needs node and npm, which nothing else does.
plotly: .venv/.runtime
	@folder=$$(mktemp -d) && cp docs/plotly-bundle.mjs $$folder \
	&& version=$$($(BIN)/python -c "from plotly.offline import get_plotlyjs_version as v; print(v())") \
	&& npm --prefix $$folder install --silent --no-audit --no-fund plotly.js@$$version esbuild@0.28 esbuild-plugin-inline-css stream-browserify buffer \
	&& (cd $$folder && node plotly-bundle.mjs) && cp $$folder/plotly.min.js assets/ \
	&& cp $$folder/node_modules/plotly.js/LICENSE assets/licenses/plotly-MIT.txt && rm -rf $$folder

clean:
	rm -rf .venv .quorum
