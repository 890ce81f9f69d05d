# Every word of the workshop; `make` alone lists them. `.ci/run` runs what a merge must pass.
#
# Nothing is needed beyond Python 3.11 or newer (with venv and pip), make and a package index.
#   VENV=.venv313 PYTHON=/path/to/python3.13   the same words in a second environment

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.ONESHELL:
MAKEFLAGS += --no-builtin-rules

VENV ?= .venv
PYTHON ?=

BIN := $(VENV)/bin
PY := $(BIN)/python
DEPS_STAMP := $(VENV)/.dependencies-installed
STAMP := $(VENV)/.project-installed
PIP := $(PY) -m pip --disable-pip-version-check

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: install
install: $(STAMP) ## make the environment (.venv) from the lock, with the project in it

# The stamp is a copy of the lock, so that a lock written anew with the same words costs nothing.
$(DEPS_STAMP): requirements/dev.txt
	if ! cmp --silent "$<" "$@"; then
	    python="$(PYTHON)"; [ -n "$$python" ] || python="$$(tools/find_python.sh 3.11 3.12 3.13)"
	    "$$python" -m venv --clear "$(VENV)"
	    $(PIP) install --quiet --require-hashes -r "$<"
	    cp "$<" "$@"
	fi
	touch "$@"

# pyproject.toml carries the entry points and the version's source: a change of either installs again (a second).
$(STAMP): $(DEPS_STAMP) pyproject.toml src/librus_sdk/_version.py
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch "$@"

WORKERS ?= 2
CORE_OF_TRUTH := src/librus_sdk/core/*,src/librus_sdk/flows/*,src/librus_sdk/shells/*
# One data file per environment, so that two Pythons (or two runs of different words) never mix their figures.
COVERAGE := COVERAGE_FILE="$(CURDIR)/$(VENV)/coverage/data" $(PY) -m coverage
PYTEST := pytest -n $(WORKERS) --dist worksteal
# Tests of data, of words and of the simulator, and a search through hundreds of thousands of states: measuring
# coverage would only slow them down. What decides is covered without them.
EXPLORER := tests/proof/test_explorer.py
UNMEASURED := tests/bad_input tests/cli tests/clients tests/docs tests/endpoints tests/faults tests/models tests/openapi \
              tests/safety tests/simulator $(EXPLORER)
SOURCES := src tests tools docs $(wildcard benchmarks)

.PHONY: demo
demo: $(STAMP) ## show the SDK at work against the simulator, no account needed
	$(BIN)/librus demo

# Races are explored in a run of their own, under frontrun, which steers the threads through the same hooks
# of the interpreter as coverage does.
.PHONY: test
test: $(STAMP) ## run every test; what decides (core, flows, shells) must be covered to the last branch
	rm -rf "$(VENV)/coverage"
	mkdir -p "$(VENV)/coverage"
	$(COVERAGE) run -m $(PYTEST) $(UNMEASURED:%=--ignore %) $(ARGS) tests
	$(COVERAGE) combine --quiet
	$(COVERAGE) report --include='$(CORE_OF_TRUTH)' --fail-under=100
	$(PY) -m $(PYTEST) $(ARGS) $(UNMEASURED)
	$(BIN)/frontrun $(PY) -m pytest tests/races

.PHONY: test-plain
test-plain: $(STAMP) ## run every test without measuring coverage, for a second Python
	$(PY) -m $(PYTEST) $(ARGS)
	$(BIN)/frontrun $(PY) -m pytest tests/races

.PHONY: lint
lint: $(STAMP) ## look for mistakes and bad habits, and for known vulnerabilities of what is locked
	$(BIN)/ruff check $(SOURCES)
	$(PY) tools/audit.py

.PHONY: format-check
format-check: $(STAMP) ## say which files are not formatted
	$(BIN)/ruff format --check $(SOURCES)

.PHONY: types
types: $(STAMP) ## check the types, with mypy and with pyright
	status=0
	$(BIN)/mypy $(SOURCES) || status=1
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --pythonpath $(PY) --warnings $(SOURCES) || status=1
	exit $$status

.PHONY: imports
imports: $(STAMP) ## check that each floor imports from the floors below it only
	$(BIN)/lint-imports --no-cache

.PHONY: build
build: $(STAMP) ## build the wheel and the sdist into dist/, look into them, install the wheel with no extra
	$(PY) tools/check_build.py

.PHONY: docs
docs: $(STAMP) ## write the generated parts of the documents anew and build the site (CHECK=1 only checks the parts)
	$(PY) tools/state_diagram.py $(if $(CHECK),--check)
	$(PY) tools/openapi.py $(if $(CHECK),--check)
	$(PY) tools/cli_reference.py $(if $(CHECK),--check)
	$(PY) tools/doc_examples.py $(if $(CHECK),--check)
	$(PY) tools/event_tables.py $(if $(CHECK),--check)
	rm -rf docs/_build
	$(PY) -m sphinx --quiet --fresh-env --nitpicky --fail-on-warning --builder html docs docs/_build/html
	echo "the site: docs/_build/html/index.html"

.PHONY: bench
bench: $(STAMP) ## measure, as ratios in one run (PEERS=1 measures the other libraries too)
	$(PY) -m benchmarks $(if $(PEERS),--peers)

.PHONY: bench-peers
bench-peers: $(STAMP) ## measure the other clients of the gateway beside this one, into docs/benchmarks.md (Python 3.13, ROWS)
	$(PY) -m benchmarks.librus --python "$$(tools/find_python.sh 3.13)" $(if $(ROWS),--only $(ROWS)) $(ARGS)

# With the system's allocator, so that what is freed is seen to be free.
.PHONY: soak
soak: $(STAMP) ## leave sessions running while everything breaks around them (MINUTES=20, SEED)
	PYTHONMALLOC=malloc MINUTES="$(or $(MINUTES),20)" $(PY) -m tools.soak

.PHONY: fuzz
fuzz: $(STAMP) ## feed what reads foreign bytes with damaged ones (SECONDS=60 for each target, TARGETS="page kept")
	SECONDS="$(or $(SECONDS),60)" $(PY) -m tools.fuzz $(TARGETS)

.PHONY: fix
fix: $(STAMP) ## format, and mend what ruff can mend
	$(BIN)/ruff check --fix --exit-zero $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check $(SOURCES)

UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

.PHONY: lock
lock: $(STAMP) ## write the lock files anew (UPGRADE=1 takes newer versions); uv's index comes from its environment
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) --all-extras pyproject.toml requirements/dev.in -o requirements/dev.txt
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) --constraints requirements/dev.txt pyproject.toml -o requirements/core.txt
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) benchmarks/peers.in -o benchmarks/peers.txt
	$(subst 3.11,3.13,$(UV_COMPILE)) $(if $(UPGRADE),--upgrade) --constraints requirements/dev.txt benchmarks/librus_peers.in -o benchmarks/librus_peers.txt
	! grep -nE '://|file:|(^|[ =@])/' requirements/dev.txt requirements/core.txt benchmarks/peers.txt benchmarks/librus_peers.txt

.PHONY: clean
clean: ## remove the environments, the builds and the tools' caches
	rm -rf .venv .venv3* "$(VENV)" dist build docs/_build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests tools docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
