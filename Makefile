# What people do here. Everything runs in .venv, which the first target makes from the hash-pinned lock.
PYTHON ?= python3
WORKERS ?= 2
NPM ?= npm
ARGS ?=
ASYNCAPI_PARSER ?= 3.6.3

VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test check format openapi asyncapi-check compose-test soak bench lock clean
.DELETE_ON_ERROR:

help:  ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(STAMP)  ## start everything in one process and tell the story (ARGS=--once tells it and ends)
	@$(RUN) -m bindeglied demo $(ARGS)

test: $(STAMP)  ## all tests, on a real PostgreSQL and a real Kafka broker (ARGS="-k parking" picks some)
	@$(RUN) -W ignore -m tests.support.choice
	@$(RUN) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(STAMP)  ## format, lint, types, layers, dependencies
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(RUN) -m deptry .

format: $(STAMP)  ## put the source into its form
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

openapi: $(STAMP)  ## write the services' OpenAPI and AsyncAPI documents to docs/
	@$(RUN) -m tests.contracts.openapi
	@$(RUN) -m tests.contracts.asyncapi

asyncapi-check:  ## have AsyncAPI's own parser read docs/asyncapi (needs Node.js 18 and npm, and fetches the parser once)
	@command -v "$(NPM)" >/dev/null && command -v node >/dev/null || { echo "There is no $(NPM) or no node: install Node.js 18 or newer" >&2; exit 1; }
	@test -d .cache/asyncapi/node_modules/@asyncapi/parser || \
		"$(NPM)" install --silent --no-audit --no-fund --no-save --prefix .cache/asyncapi @asyncapi/parser@$(ASYNCAPI_PARSER)
	@cd .cache/asyncapi && node ../../tests/contracts/asyncapi_check.mjs ../../docs/asyncapi/*.json

compose-test: $(STAMP)  ## build the images, start the scaled form in containers, tell the story to it, look (needs a container engine)
	@$(RUN) -m tests.e2e.compose

soak: $(STAMP)  ## kill every process around every part of the story, for an hour (ARGS="--minutes 5" for five minutes)
	@$(RUN) -m tests.soak $(ARGS)

bench: $(STAMP)  ## measure side by side with others; writes bench/results.json
	@$(RUN) -m bench $(ARGS)

lock: $(STAMP)  ## resolve the dependencies anew and write requirements.lock
	@UV_PYTHON_DOWNLOADS=never $(RUN) -m uv lock --upgrade
	@UV_PYTHON_DOWNLOADS=never $(RUN) -m uv export --quiet --all-groups --format requirements.txt --no-header \
		--no-emit-workspace --no-emit-project --output-file requirements.lock

clean:  ## remove what make made (not .bindeglied, where the demo's data is)
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# An environment that no longer starts, because its Python was upgraded or moved, is made again, too.
ifneq ($(shell $(RUN) -c pass >/dev/null 2>&1 || echo broken),)
.PHONY: $(STAMP)
endif

# The stamp is the last thing written: an environment whose making was interrupted is made again.
$(STAMP): requirements.lock
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is $$("$(PYTHON)" --version 2>&1); Python 3.11 or newer is needed. Name another one: make PYTHON=python3.13" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@rm -f $(STAMP)
	@test -x $(RUN) && $(RUN) -m pip --version >/dev/null 2>&1 || { echo "making $(VENV)"; rm -rf $(VENV); "$(PYTHON)" -m venv $(VENV); }
	@echo "installing what requirements.lock says (a minute or two, once)"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@pwd > "$$($(RUN) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/bindeglied.pth"
	@printf '#!/bin/sh\nexec "%s/$(RUN)" -m bindeglied "$$@"\n' "$$(pwd)" > $(VENV)/bin/bindeglied && chmod +x $(VENV)/bin/bindeglied
	@touch $(STAMP)
