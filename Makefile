# What a developer runs. Needs git, make and Python 3.11 or newer with venv; everything else goes into .venv.

PYTHON  ?= python3
WORKERS ?= 2
ON      ?= sqlite postgresql
BIN     := .venv/bin
READY   := .venv/ready
PYTEST  := $(BIN)/python -m pytest -ra -n $(WORKERS) --dist worksteal

export UV_PYTHON_DOWNLOADS = never
export PYTHONUNBUFFERED = 1

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test slow test-spark bench lint format types contracts docs library texts screenshots check clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: $(READY) ## Install everything into .venv; instant when nothing changed

$(READY): pyproject.toml uv.lock package-lock.json tools/browser_files.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Guanxi needs Python 3.11 or newer; name one with make PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --locked --extra demo
	@touch $@

demo: setup ## From real sales files to measured campaigns, with a report
	@$(BIN)/python -m guanxi.demo

serve: setup ## Serve the pages at http://127.0.0.1:8000, with a worker beside them
	@$(BIN)/guanxi serve

test: setup ## Test on SQLite, and on PostgreSQL where DATABASE_URL names one
	$(call tested,tests,not slow)

slow: setup ## The same for the tests that kill processes, drive a browser, make up requests or take long
	$(call tested,slow,slow)

define tested
@mkdir -p var && rm -f var/$(1)-*.xml
@case "$(ON)" in *sqlite*) \
  echo "== Tests on SQLite =="; env -u DATABASE_URL $(PYTEST) -m "$(2)" --junitxml=var/$(1)-sqlite.xml ;; \
esac
@case "$(ON) $$DATABASE_URL" in *postgresql*\ postgres*) \
  echo "== Tests on PostgreSQL =="; $(PYTEST) -m "$(2)" --junitxml=var/$(1)-postgresql.xml ;; \
  postgresql\ *) echo "DATABASE_URL names no PostgreSQL to test on"; exit 1 ;; \
esac
@$(BIN)/python .ci/never_ran.py var/$(1)-*.xml
endef

test-spark: setup ## Test the library on Spark clusters of two worker processes; needs Java 17, installs half a gigabyte
	@java -version 2>/dev/null || { echo "Spark needs Java 17 or newer, such as Debian's default-jre-headless"; exit 1; }
	$(BIN)/uv sync --quiet --locked --extra demo --extra spark
	@mkdir -p var
	TEST_ENGINES=pyspark $(BIN)/python -m pytest -ra -n $(WORKERS) --dist worksteal -k "pyspark or spark_cluster" \
	  --durations=15 --junitxml=var/spark.xml tests/customer_insight

bench: setup ## Measure speed against the reaches
	@$(BIN)/python -m bench

lint: setup ## Look for mistakes and for unformatted code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: setup ## Check types
	@$(BIN)/mypy

contracts: setup ## Check which room imports which
	@$(BIN)/lint-imports

docs: setup ## Write the generated reference pages
	@$(BIN)/python -m guanxi.cli.reference docs/reference
	@$(BIN)/python tests/docs/requirement_rows.py docs/reference/requirements.md

library: setup ## Build the wheel of customer_insight alone into dist
	@$(BIN)/uv build --wheel packages/customer-insight --out-dir dist

texts: setup ## Collect the texts users see and compile their translations
	@$(BIN)/python tools/translations.py

screenshots: setup ## Take the README's pictures anew
	@SCREENSHOTS=1 $(BIN)/python -m pytest -q -n 0 tests/browser/test_screenshots.py

check: lint types contracts test slow ## All of it

clean: ## Remove what setup, tests and demo made
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
