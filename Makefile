# One command for each chore; `make help` lists them. PYTHON is what the virtual environment is made from.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup test lint types docs site bench wheel ci clean
.DEFAULT_GOAL := test

help: ## list the chores
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' Makefile | while read -r name what; do printf '%-8s%s\n' "$$name" "$$what"; done

$(BIN)/pytest: pyproject.toml setup.py native/Cargo.toml $(wildcard native/src/*.rs)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[dev]'
	touch $@

setup: $(BIN)/pytest ## make .venv, with all that the chores need

test: setup ## run all tests, on all cores (what plain `make` does)
	$(BIN)/pytest -q -n auto

lint: setup ## check style, format, and which package imports which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup ## check types, tests included
	$(BIN)/mypy

docs: setup ## run every command that the documentation shows
	$(BIN)/pytest -q tests/docs/test_commands.py tests/docs/test_options.py tests/docs/test_layout.py

site: setup ## build the documentation as a site, in build/site
	$(BIN)/sphinx-build -q -E -W --keep-going -j auto -c docs . build/site
	@echo build/site/index.html

bench: setup ## measure speed against yardsticks, and accuracy
	$(BIN)/python benchmarks/document_speed.py
	$(BIN)/python benchmarks/accuracy.py

wheel: setup ## build wheel and source distribution into dist/
	$(BIN)/python -m build

ci: ## do what the build machine does, in fresh environments
	.ci/run

clean: ## remove what the chores have made
	rm -rf .venv build dist native/target dedup/native/_kernels.*[od] *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
