# Everything the project does is one word after `make`; CI calls the same words. `make` alone lists them.
#
# A new library: write it into pyproject.toml, then `make lock install`, and commit pyproject.toml with requirements/lock.txt.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
STAMP := $(VENV)/.installed

# How many test processes run side by side, three on two cores: many tests wait for programs. `make test WORKERS=0` runs them in one, for a debugger.
WORKERS ?= 3

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  \033[36m%-10s\033[0m %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

## -- Set up ----------------------------------------------------------------------------------------------------------

.PHONY: install
install: $(STAMP) ## Create .venv and install the locked libraries (a second call costs nothing)
	@:

$(STAMP): pyproject.toml requirements/lock.txt scripts/install.sh
	@scripts/install.sh $(VENV)
	@touch $@

.PHONY: deps
deps: ## Make sure PostgreSQL, Chromium, a Chinese font, LibreOffice and Node.js are there (only the tests need them)
	@scripts/deps.sh

## -- Run -------------------------------------------------------------------------------------------------------------

.PHONY: up
up: install ## Start everything; Ctrl-C stops it, the next `make up` goes on where it was
	@exec $(PYTHON) starter.py up

.PHONY: demo
demo: install ## Play a few disputes and look on
	@exec $(PYTHON) scripts/demo.py

## -- Check -----------------------------------------------------------------------------------------------------------

.PHONY: test
test: install deps lint type layers safe pytest ## Install what the tests need, then run every check and every test

.PHONY: pytest
pytest: install ## Run the tests alone
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: lint
lint: install ## Style: ruff, and its formatter in check mode
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: format
format: install ## Let ruff mend what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: type
type: install ## Types: mypy, strict
	$(BIN)/mypy

.PHONY: layers
layers: install ## Rooms: who may import whom (import-linter)
	$(BIN)/lint-imports --no-logo

.PHONY: safe
safe: install ## Risky code (bandit), what must stand in no file, and the lock against known vulnerabilities; asks nobody
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive models rules workflows activities store service web faces scripts starter.py worker.py
	$(PYTHON) -m scripts.scan
	$(PYTHON) -m scripts.audit

.PHONY: audit
audit: safe ## The same, and asks a vulnerability service and the package index; lists licences
	$(PYTHON) -m scripts.audit --online

## -- Look closer -----------------------------------------------------------------------------------------------------

.PHONY: bench
bench: install ## Measure, and write the figures to bench/results/
	$(PYTHON) -m bench

.PHONY: chaos
chaos: install ## Work on an instance of its own while its parts are killed and troubled, and prove from the record that nothing came of it
	$(PYTHON) -m bench chaos $(CHAOS)

.PHONY: peers
peers: install ## Install the engines that `python -m bench peers` measures beside this one (.venv-peers, bench/peers/node_modules)
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/peers.txt
	cd bench/peers && npm ci --silent --no-audit --no-fund

.PHONY: histories
histories: install ## Record the histories that the replay tests play back
	$(PYTHON) -m tests.histories.write

.PHONY: release
release: install ## Keep the code of the newest commit as the release that the next one has to take over from
	$(PYTHON) -m tests.upgrade.pack HEAD

.PHONY: pictures
pictures: install deps ## Take the pictures of docs/console.md from a running instance
	$(PYTHON) -m scripts.pictures

## -- Keep up ---------------------------------------------------------------------------------------------------------

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	--extra dev pyproject.toml requirements/build.in --output-file requirements/lock.txt
LOCK_PEERS = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	requirements/peers.in --output-file requirements/peers.txt

$(BIN)/uv:
	@scripts/install.sh $(VENV)

.PHONY: lock
lock: | $(BIN)/uv ## Write requirements/lock.txt anew after a change of pyproject.toml; pins stay where they can
	$(LOCK)
	$(LOCK_PEERS)

.PHONY: upgrade
upgrade: | $(BIN)/uv ## The same with every pin moved to its newest release
	$(LOCK) --upgrade
	$(LOCK_PEERS) --upgrade

.PHONY: clean
clean: ## Remove .venv and all caches; cases in .jiefen/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
