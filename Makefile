# One command for each chore. PYTHON is what the virtual environment is made from.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup test lint types docs bench wheel ci clean
.DEFAULT_GOAL := test

$(BIN)/pytest: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[dev]'
	touch $@

setup: $(BIN)/pytest

test: setup
	$(BIN)/pytest -q -n auto

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

docs: setup
	$(BIN)/pytest -q tests/test_docs_commands.py

bench: setup
	$(BIN)/python benchmarks/document_speed.py
	$(BIN)/python benchmarks/accuracy.py

wheel: setup
	$(BIN)/python -m build

ci:
	.ci/run

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
