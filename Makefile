# One entry for people and for CI. Every target builds .venv first, and again when a requirement changes.
.DELETE_ON_ERROR:
.PHONY: help demo test test-all test-pandas2 check format bench clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEV := $(VENV)/dev.stamp
BENCH := $(VENV)/bench.stamp
OLD := .venv-pandas2
DEMO_TIME ?= 60s

help:
	@echo "make demo    fit a bundled table, sample from it, judge the rows"
	@echo "make test    the tests that take seconds   (test-all: every test; test-pandas2: with pandas 2.2)"
	@echo "make check   lint, format, types, tests: what CI runs"
	@echo "make bench   fit and score every table found under \$$TABGAN_DATA"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(DEV): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

$(BENCH): $(DEV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,bench]'
	@touch $@

demo: $(DEV)
	mkdir -p demo
	$(BIN)/tabgan fit datasets/loans.csv -o demo/loans.tabgan --max-time $(DEMO_TIME) --seed 0 \
		--report demo/report.html --target defaulted
	$(BIN)/tabgan sample demo/loans.tabgan -o demo/loans.csv --seed 0
	@head -n 6 demo/loans.csv

test: $(DEV)
	$(BIN)/python -m pytest -q -m "not slow and not gpu and not peer"

test-all: $(DEV)
	$(BIN)/python -m pytest -q -m "not gpu and not peer"

$(OLD)/dev.stamp: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(OLD)
	sed '/^pandas==/d' constraints.txt > $(OLD)/constraints.txt
	$(OLD)/bin/python -m pip install --quiet -c $(OLD)/constraints.txt -e '.[dev]' 'pandas==2.2.*'
	@touch $@

test-pandas2: $(OLD)/dev.stamp
	$(OLD)/bin/python -m pytest -q -m "not slow and not gpu and not peer"

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -m "not slow and not gpu and not peer"

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BENCH)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(OLD) build dist *.egg-info demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
