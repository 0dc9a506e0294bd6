# Needs Python 3.11 or newer and nothing else; everything goes into .venv. `make help` lists the targets.

PYTHON ?= python3
VENV ?= .venv
# The pip to install with, instead of the one that Python brings: PIP=pip==23.0.1, or PIP=pip for the newest.
PIP ?=
BIN := $(VENV)/bin
# The locks are whole, so nothing is resolved: no release of anything, and no version of pip, changes what is installed.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all:
CHECK := $(BIN)/python -m pip --disable-pip-version-check check
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(abspath $(BIN))/pip-compile --quiet --no-strip-extras --generate-hashes \
	--allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

.DEFAULT_GOAL := help
.PHONY: help setup run quick test coverage faults mutations lint types bench lock docs picture

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

setup: $(VENV)/.dev-stamp ## install what tests and checks need

run: $(VENV)/.run-stamp ## start the server; make run ARGS="--port 5000" passes settings on
	@$(BIN)/python server.py $(ARGS)

# Three for two processors: most tests wait for a process of their own.
WORKERS = $$($(BIN)/python -c 'import os; print(3 * os.cpu_count() // 2)')

# What is compiled is kept, whatever the environment says: each worker loads 700 modules, and tests start many programs.
TESTING = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
PYTEST = $(TESTING) --numprocesses $(WORKERS) --dist worksteal
# Tests that start no program: no browser, no display, no terminal, no server.py.
IN_PROCESS := tests/core tests/protocols tests/server tests/client tests/scenes

# Real files, sockets and widgets take their time, and are tested by `make test`.
NOT_QUICK := tests/client/window tests/server/storage tests/server/net tests/scenes/test_slow_reader.py \
	tests/scenes/test_simplechat.py

quick: setup ## most tests that start no program, with few examples: one minute, after every save
	TESTS_PROFILE=quick $(TESTING) -q --numprocesses 2 --dist worksteal -m "not slow" \
	$(addprefix --ignore=,$(NOT_QUICK)) $(IN_PROCESS) $(ARGS)

test: setup lint types ## lint, types, then every test; TESTS_PROFILE=long tries all examples
	$(PYTEST) $(ARGS)

coverage: setup ## how much of the code the tests that start no program reach
	TESTS_PROFILE=quick $(PYTEST) --cov --cov-report=term $(IN_PROCESS) $(ARGS)

faults: setup ## the long proof that no message is lost, in parts that go on where they stopped: hours; ARGS="--minutes 50"
	@$(BIN)/python -m tests.faults.long $(ARGS)

mutations: setup ## take each defence out and see its test fail, ten minutes; ARGS="--only TEXT" plays some
	$(BIN)/python -m tests.mutations $(ARGS)

lint: setup ## ruff
	$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .

types: setup ## mypy --strict
	$(BIN)/mypy

bench: $(VENV)/.bench-stamp ## measure side by side with other servers, twenty minutes; ARGS="--help" lists the parts
	@$(BIN)/python -m bench $(ARGS); code=$$?; $(BIN)/python -m docs.make_performance; exit $$code

lock: setup ## renew requirements/*.txt; make lock ARGS=--upgrade takes the newest versions
	cd requirements && $(COMPILE) $(ARGS) --output-file run.txt run.in && $(COMPILE) $(ARGS) --output-file dev.txt dev.in \
	&& $(COMPILE) $(ARGS) --output-file bench.txt bench.in

docs: setup ## write the pages that are made from the code
	$(BIN)/python -m docs.make_settings
	$(BIN)/python -m docs.make_protocol
	$(BIN)/python -m docs.make_commands
	$(BIN)/python -m docs.make_web
	$(BIN)/python -m docs.make_page_names
	$(BIN)/python -m docs.make_lookalikes

picture: setup ## draw the pictures of README from real runs; needs chromium, Xvfb and ImageMagick
	$(BIN)/python -m docs.make_picture
	$(BIN)/python -m docs.make_page_picture
	$(BIN)/python -m docs.make_window_picture

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo 'Duologue needs Python 3.11 or newer, and "$(PYTHON)" is not: try make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	{ echo 'Python has no venv module here; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@test -z "$(PIP)" || $(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "$(PIP)"
	@touch $@

$(VENV)/.run-stamp: requirements/run.txt | $(VENV)/.made
	$(INSTALL) -r requirements/run.txt
	@$(CHECK)
	@touch $@

$(VENV)/.bench-stamp: requirements/run.txt requirements/bench.txt | $(VENV)/.made
	$(INSTALL) -r requirements/bench.txt
	@$(CHECK)
	@touch $(VENV)/.run-stamp $@

$(VENV)/.dev-stamp: requirements/run.txt requirements/dev.txt | $(VENV)/.made
	$(INSTALL) -r requirements/dev.txt
	@$(CHECK)
	@touch $(VENV)/.run-stamp $@
