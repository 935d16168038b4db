# Everything a newcomer needs is `make demo`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := build/peers
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COVERAGE := --cov=src/joinedup --cov-branch --cov-report=term-missing:skip-covered
COMPILE := build/uv/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint docs bench proof lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/core.stamp  ## invent a town of systems, join it, write the report
	@$(BIN)/joinedup demo

test: $(VENV)/dev.stamp  ## all tests
	@$(BIN)/python -m pytest --numprocesses=2 --dist=worksteal $(TRACED)

coverage: TRACED = $(COVERAGE)
coverage: test  ## all tests, and which branches they leave out

lint: $(VENV)/dev.stamp  ## style, types, and which room imports which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

docs: $(VENV)/dev.stamp  ## the manual, in site/
	@$(BIN)/python docs/make_reference.py
	@$(BIN)/zensical build --clean --strict

bench: $(VENV)/dev.stamp $(PEERS)/stamp  ## each claim measured against its peer
	@set -e; for script in $(sort $(wildcard benchmarks/*.py)); do $(BIN)/python $$script; done

proof: $(VENV)/dev.stamp  ## the heavy tests at full size; JOINEDUP_SCALE=ci makes them small
	@JOINEDUP_SCALE=$${JOINEDUP_SCALE:-full} $(BIN)/python -m pytest -m proof -rP

lock:  ## resolve the lock files anew
	@$(PYTHON) -m venv build/uv
	@build/uv/bin/python -m pip --disable-pip-version-check --quiet install uv
	@$(COMPILE) --group build pyproject.toml -o requirements/core.lock
	@$(COMPILE) --extra service --group build pyproject.toml -o requirements/service.lock
	@$(COMPILE) --extra spark --group build pyproject.toml -o requirements/spark.lock
	@$(COMPILE) --extra spark --group build --group dev pyproject.toml -o requirements/dev.lock
	@$(COMPILE) requirements/peers.in -o requirements/peers.lock

clean:  ## remove what can be made again, except .venv
	@rm -rf build dist site htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that the environment holds what its lock file names. The dev lock holds all of the core lock. A lock names
# everything, so nothing is resolved: pip would look at a newer release of a package that is asked for by its extra.
$(VENV)/core.stamp: requirements/core.lock pyproject.toml
	$(call install,core)

$(VENV)/dev.stamp: requirements/dev.lock pyproject.toml
	$(call install,dev)
	@touch $(VENV)/core.stamp

# What the benchmarks measure us beside wants other versions than ours, so it lives apart.
$(PEERS)/stamp: requirements/peers.lock
	@echo "Installing what peers.lock names into $(PEERS). This is done once." >&2
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes --requirement $<
	@touch $@

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	    { echo "Joinedup needs Python 3.11 or newer. Name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "This Python cannot make environments. On Debian: apt install python3-venv" >&2; exit 2; }
	@echo "Installing what $(1).lock names into $(VENV). This is done once." >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --no-deps --require-hashes --requirement requirements/$(1).lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
endef
