# jiyue: everything a checkout needs in one word. `make help` lists the words.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup setup-test engines demo lint test bench docs lock clean
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# Test workers (see tests/conftest.py).
WORKERS ?= 2

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

setup: ## Install what is missing: system packages, uv, .venv from requirements.lock
	@scripts/setup lab

setup-test:
	@scripts/setup test

engines: setup ## Make the engines ready (found, downloaded or built; cached)
	@.venv/bin/jiyue engine install

demo: engines ## The whole path: one province and 14 cities from IPv4-only to accepted dual stack
	@.venv/bin/jiyue demo

lint: setup ## Style, types and the arrows between the packages
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

test: setup-test engines lint ## Lint, then every test; pytest's own line comes last
	@.venv/bin/pytest -n $(WORKERS) $(PYTEST_ARGS)

bench: setup-test engines ## Measure, and write docs/performance.json; BENCH=plan (ONLY=ledger) measures one group beside its peers
	@.venv/bin/python -m tests.bench $(if $(BENCH),--group $(BENCH) --rounds $(or $(ROUNDS),5) $(addprefix --only ,$(ONLY)))

docs: setup ## Regenerate what is generated: schemas, message catalogue, command reference, module map
	.venv/bin/python -m inventory.schema
	.venv/bin/python -m jiyue.i18n_extract
	.venv/bin/python -m jiyue.docs_gen

lock: ## Regenerate requirements.lock from pyproject.toml
	@scripts/lock

clean: ## Take the lab down, remove what runs wrote and the caches of this tree
	@if [ -d var ] && [ -x .venv/bin/jiyue ]; then .venv/bin/jiyue lab down; fi
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
