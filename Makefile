# Everything a person types. Each target sets itself up in .venv; nothing else is needed than Python >= 3.11 and make.
.POSIX:
.SUFFIXES:

PYTHON = python3
BIN = .venv/bin
# Further arguments of the tests: make test ARGS='tests/api -k cursor'
ARGS =

.PHONY: help serve test test-16 check spectral ckan fuzz hostile format openapi seed bench bench-smoke requirements clean

help:
	@echo 'make serve         start Postgres, migrate, load seed_data/, serve on http://127.0.0.1:8000'
	@echo 'make test          run the tests on Postgres 18 (make test-16: the database tests on Postgres 16)'
	@echo 'make check         format, lint, types, import directions, migrations, OpenAPI (with Spectral, where node is)'
	@echo 'make ckan          install CKAN’s own parser aside, with which the tests harvest the catalogue'
	@echo 'make fuzz          schemathesis against a running service'
	@echo 'make hostile       bad input, crowds and a failing database against a running service'
	@echo 'make format        mend what make check says of format and lint'
	@echo 'make openapi       write openapi/openapi.json anew'
	@echo 'make bench         measure pages beside others: pgbench, the usual way, Datasette, ROAPI'
	@echo 'make bench-smoke   a few of its ratios, in under three minutes, against committed floors'
	@echo 'make requirements  compile requirements*.txt from pyproject.toml'

serve: .venv/runtime
	@exec $(BIN)/gongkai serve

test: .venv/development
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

test-16: .venv/development
	GONGKAI_POSTGRES_VERSION=16 $(BIN)/python -m pytest $(PARALLEL) tests/database tests/load tests/query $(NOT_ON_16) $(ARGS)

# What the version of Postgres says nothing about: commands, processes, the text of statements.
NOT_ON_16 = $(addprefix --ignore=tests/,load/test_commands.py database/test_serve.py database/test_statements_for_citus.py)

# A process of tests for each core, each with a Postgres of its own; a file's tests stay together.
PARALLEL = --numprocesses=auto --maxprocesses=4 --dist=loadfile

check: .venv/development
	@$(BIN)/ruff format --check . || { echo 'mend it with: make format'; exit 1; }
	@$(BIN)/ruff check . || { echo 'mend what can be mended with: make format'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache || { echo 'the contracts are in pyproject.toml, their reasons in docs/architecture.md'; exit 1; }
	@$(BIN)/gongkai migrate --check || { echo 'write a migration with: $(BIN)/alembic revision --autogenerate -m "..."'; exit 1; }
	@$(BIN)/gongkai openapi --check || { echo 'mend it with: make openapi'; exit 1; }
	@$(BIN)/gongkai dictionary --check || { echo 'mend it with: $(BIN)/gongkai dictionary'; exit 1; }
	@$(BIN)/gongkai rules --check || { echo 'mend it with: $(BIN)/gongkai rules'; exit 1; }
	@$(MAKE) -s spectral

# Spectral's rules for OpenAPI; without node it is left out, unless CI is set.
spectral:
	@if command -v npm >/dev/null; then \
		cd tests/clients && { test -d node_modules || npm ci --silent; } && npx --no-install spectral lint \
			--quiet --fail-severity hint --ruleset .spectral.yaml ../../openapi/openapi.json; \
	elif test -n "$$CI"; then echo 'node and npm are needed: Spectral checks openapi/openapi.json'; exit 1; \
	else echo 'skipped, since there is no npm: Spectral on openapi/openapi.json'; fi

# CKAN's parser of catalogues, in an environment of its own: its requirements are none of ours, and stay pinned beside it.
ckan: tests/catalogue/ckan/.venv/installed
tests/catalogue/ckan/.venv/installed: tests/catalogue/ckan/requirements.txt
	@echo 'installing CKAN aside, for the tests of the catalogue'
	@rm -rf tests/catalogue/ckan/.venv
	@$(PYTHON) -m venv tests/catalogue/ckan/.venv
	@tests/catalogue/ckan/.venv/bin/pip install -q --no-deps --require-hashes -r tests/catalogue/ckan/requirements.txt
	@touch $@

# All checks of schemathesis against a running service, at least 5,000 cases: a few minutes.
fuzz: .venv/development
	$(BIN)/python tests/clients/fuzz.py

hostile: .venv/development
	$(BIN)/python tests/clients/hostile.py

format: .venv/development
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

openapi: .venv/development
	$(BIN)/gongkai openapi

bench: .venv/development
	$(BIN)/python bench/run.py $(ARGS)

bench-smoke: .venv/development
	$(BIN)/python bench/smoke.py $(ARGS)

requirements:
	$(BIN)/python -m pip install -q uv==0.13.8
	$(BIN)/uv pip compile -q $(COMPILE) pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q $(COMPILE) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	printf 'ckan[requirements]==2.12.0\nckanext-dcat==2.4.4\n' | \
		$(BIN)/uv pip compile -q $(COMPILE) - -o tests/catalogue/ckan/requirements.txt
	echo 'flit_core==3.12.0' | $(BIN)/uv pip compile -q $(COMPILE) - -o requirements-build.txt
COMPILE = --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Stamps: what has been installed, redone when a list of requirements changes. The Dockerfile has the same lines.
.venv/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed; name one with: make serve PYTHON=python3.12'; exit 1; }
	@echo 'making .venv'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime: .venv/created requirements.txt requirements-build.txt pyproject.toml
	@echo 'installing what the server needs'
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-build.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/development: .venv/runtime requirements-dev.txt
	@echo 'installing what the tests need'
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
