# Darwin. `make run` opens the practice force at http://localhost:8000; `make test` is what every change must pass.
# Needs only make and Python 3.11 to 3.13 with venv; no root.

SHELL := /bin/sh
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
PORT ?= 8000
STATICS := $(shell find src/darwin -path '*/static/*' -not -path '*/static/built/*' -type f 2>/dev/null)
STYLES := $(shell find src/darwin/theme/styles src/darwin/theme/locale -name '*.mo' -prune -o -type f -print 2>/dev/null)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help setup setup-test setup-bench run test test-browser test-faults test-telephony test-nightly lint bench validate experiment locks clean

help:
	@echo "make run            open the practice force (sets everything up first)"
	@echo "make setup          build everything into .venv"
	@echo "make test           lint, unit and database tests"
	@echo "make test-browser   in Chromium"
	@echo "make test-faults    kill processes"
	@echo "make test-telephony a real Asterisk and real callers (as root, on Debian)"
	@echo "make test-nightly   the long forms"
	@echo "make experiment     the Leicestershire experiment, and its page docs/experiments/leicestershire.md"
	@echo "make validate       the digital twin against exact results: docs/twin-validation.md"
	@echo "make lint | bench | locks"

setup: $(VENV)/.run $(VENV)/.static
setup-test: setup $(VENV)/.test
setup-bench: setup-test $(VENV)/.bench

# The first Python in our range that really starts: a name on the path may be an empty shell.
$(PYTHON):
	@for python in python3.13 python3.12 python3.11 python3; do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Darwin needs Python 3.11, 3.12 or 3.13, and none was found. Install one, then run make again." >&2; exit 1; fi; \
	$$found -m venv --clear $(VENV) || { \
	  rm -rf $(VENV); \
	  uv venv --quiet --seed --python $$found $(VENV) || { echo "Python's venv is missing. On Debian install python3-venv, then run make again." >&2; exit 1; }; }

# uv where it is there (8 s), else pip (57 s); both refuse whatever is not in the hashed lock.
define install
	@if uv --version >/dev/null 2>&1; then \
	  uv pip install --quiet --compile-bytecode --python $(PYTHON) --require-hashes $(1) \
	  || $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes $(1); \
	else $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes $(1); fi
endef

$(VENV)/.run: locks/run.txt scripts/link.py | $(PYTHON)
	@echo "Installing what Darwin needs to run"
	$(call install,-r locks/run.txt)
	@$(PYTHON) scripts/link.py
	@touch $@

$(VENV)/.test: locks/test.txt $(VENV)/.run
	@echo "Installing what the tests need"
	$(call install,-r locks/test.txt)
	@touch $@

$(VENV)/.bench: locks/bench.txt $(VENV)/.test
	@echo "Installing what the benchmarks need"
	$(call install,-r locks/bench.txt)
	@touch $@

$(VENV)/.static: $(VENV)/.run package.json package-lock.json $(STATICS) $(STYLES)
	@echo "Building what the browser gets"
	@$(PYTHON) -m darwin.theme.build
	@DJANGO_SETTINGS_MODULE=darwin.config.settings $(PYTHON) -m django collectstatic --noinput --clear --verbosity 0
	@touch $@

run: setup
	@exec $(BIN)/darwin up --practice --port $(PORT)

lint: setup-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@$(PYTHON) scripts/checks.py

test: lint
	$(PYTHON) -m pytest -m "not browser and not faults and not telephony and not nightly"

test-browser: setup-test
	$(PYTHON) -m pytest -m "browser and not nightly" $(TESTS)

test-faults: setup-test
	$(PYTHON) -m pytest -m "faults and not nightly"

test-telephony: setup-test
	$(PYTHON) -m pytest -m "telephony and not nightly"

test-nightly: setup-test
	$(PYTHON) -m pytest -m nightly

bench: setup-bench
	@for bench in bench/*.py; do echo "$$bench"; $(PYTHON) $$bench || exit 1; done

experiment: setup
	$(PYTHON) -m experiments.leicestershire

validate: setup-test
	$(PYTHON) -m validation

# Three hashed locks without addresses; a peer that a bench compares with never enters the first two.
locks:
	$(LOCK) pyproject.toml -o locks/run.txt
	$(LOCK) pyproject.toml --group test -c locks/run.txt -o locks/test.txt
	$(LOCK) pyproject.toml --group test --group bench -c locks/test.txt -o locks/bench.txt

clean:
	rm -rf $(VENV) node_modules src/darwin/theme/static/built src/darwin/theme/collected
