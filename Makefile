# CommonWatt: `make demo` shows it, `make test` checks it; both make the environment they need.
#
#   make demo ARGS="--once --json"     options for the program
#   make test ARGS="tests/analytics -x" options for pytest
#   make demo PYTHON=python3.13        another Python, 3.11 to 3.14
#
# Works with GNU make 3.81 (macOS) and newer. What sets up the environment talks on stderr only.

PYTHON :=
ARGS :=
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Every program and every test process would compile all modules again.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --only-binary :all:
# Wheels of which a file is served and nothing is imported, so nothing they ask for is needed.
UNPACK := $(INSTALL) --no-deps --upgrade --target .venv/share/commonwatt/assets
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --no-sources $(UPGRADE)
UPGRADE := --upgrade

# An environment that was moved, or whose Python is gone, is made anew.
HERE := $(shell test "$$(cat .venv/.place 2>&1)" = "$(CURDIR)" \
	&& $(BIN)/python -c "" 2>/dev/null || echo anew)

.PHONY: help anew demo test lint ruff types contracts format bench mutation simulate year pairs chaos fuzz \
	lock clean clean-demo

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name what; do \
	  printf '  %-17s %s\n' "$$name" "$$what"; done

demo: .venv/.project  ## run everything on real data and show it; Ctrl-C ends it
	@exec $(BIN)/commonwatt demo $(ARGS)

# Each worker has a database server of its own; a file's tests share what its fixtures made. How
# many there are, and the order, says tests/conftest.py: the longest files first.
WORKERS := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test: .venv/.test lint  ## lint, then every test; ARGS="tests/api" picks some, ARGS="-n 0" one by one
	@echo "==> pytest" && exec $(BIN)/python -m pytest $(WORKERS) $(ARGS)

lint: ruff types contracts  ## form, types and import contracts

ruff: .venv/.test
	@echo "==> ruff check" && $(BIN)/ruff check .
	@echo "==> ruff format --check" && $(BIN)/ruff format --check .

types: .venv/.test
	@echo "==> mypy --strict" && $(BIN)/mypy

contracts: .venv/.test
	@echo "==> lint-imports" && $(BIN)/lint-imports

format: .venv/.test  ## put the code into form
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: .venv/.test  ## measure, and compare with the goals
	@exec $(BIN)/python -m benchmarks $(ARGS)

mutation: .venv/.mutation  ## break the arithmetic in many small ways, count what tests notice
	@exec $(BIN)/python scripts/mutation.py $(ARGS)

STEPS := 100000
SEED := 1
year: .venv/.test  ## play a union's years at random, STEPS acts by SEED, beside a model of its books
	@COMMONWATT_TEST_ATTEMPTS=$(STEPS) COMMONWATT_TEST_SEED=$(SEED) exec $(BIN)/python -m pytest \
	  -n 0 -q -s --timeout 0 tests/actions/test_books_at_random.py $(ARGS)

pairs: .venv/.test  ## every two deeds on the books at once, each begun while the other is under way
	@COMMONWATT_TEST_EVERY=1 exec $(BIN)/python -m pytest -n 0 -q --timeout 0 \
	  tests/actions/test_two_at_once.py $(ARGS)

simulate: .venv/.test  ## run the collector's decisions through worlds where everything fails
	@exec $(BIN)/python -m tests.collector.simulation $(ARGS)

KILLS := 10
chaos: .venv/.test  ## kill the real programs KILLS times each, and compare ledger and database
	@exec $(BIN)/python -m tests.chaos --kills $(KILLS) $(ARGS)

MESSAGES := 100000
fuzz: .venv/.test  ## mangle MESSAGES messages of all formats, or FILES files, and store some of them
ifdef FILES
	@exec $(BIN)/python -m tests.collector.files --files $(FILES) --store 50 $(ARGS)
else
	@exec $(BIN)/python -m tests.collector.codecs --messages $(MESSAGES) --store 20 $(ARGS)
endif

# run.txt is resolved first; the others hold to it and list only what they add. UPGRADE= keeps
# the versions that are pinned now as far as they still fit.
lock: .venv/.dev  ## pin the newest versions that fit, with hashes
	@lock() { into="requirements/$$1.txt"; head="$$2"; shift 2; \
	  grep -v '^-r ' "$$into" > "$$into.new" 2>/dev/null; \
	  $(LOCK) "$$@" -o "$$into.new" || { rm -f "$$into.new"; exit 1; }; \
	  { printf '%s' "$$head"; cat "$$into.new"; } > "$$into.now" && rm -f "$$into.new"; \
	  if cmp -s "$$into.now" "$$into"; then rm -f "$$into.now"; \
	  else mv "$$into.now" "$$into"; echo "$$into changed"; fi; }; \
	added="-r run.txt$$(printf '\nx')"; added="$${added%x}"; \
	ours="--group build pyproject.toml"; lock run "" $$ours; \
	lock assets "" --no-deps --group assets -c requirements/run.txt; \
	given="$$(sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements/run.txt | sort -u)"; \
	for name in test dev; do \
	  lock $$name "$$added" $$ours --group $$name -c requirements/run.txt $$given; done; \
	for name in grafana arrow; do \
	  lock $$name "$$added" $$ours --extra $$name -c requirements/run.txt $$given; done; \
	given="$$given $$(sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements/test.txt)"; \
	added="-r test.txt$$(printf '\nx')"; lock mutation "$${added%x}" $$ours --group mutation \
	  -c requirements/run.txt -c requirements/test.txt $$given

clean:  ## remove the environment and all caches; the demo's state stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist \
	  mutants mutants.log
	find . -name __pycache__ -type d -not -path './.commonwatt/*' -prune -exec rm -rf {} +

clean-demo:  ## remove the demo's state
	rm -rf .commonwatt

# The environment: made anew when what runs changes, added to for tests and for development.

FIND_PYTHON = python=""; \
	for name in $(if $(PYTHON),'$(PYTHON)',python3 python3.14 python3.13 python3.12 python3.11); do \
	  "$$name" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))" 2>/dev/null \
	    && { python="$$name"; break; }; \
	done; \
	if test -z "$$python"; then \
	  echo "CommonWatt needs Python 3.11 to 3.14$(if $(PYTHON),; $(PYTHON) is not one., and found none.)"; \
	  echo "  Debian, Ubuntu:  apt install python3 python3-venv   (Debian 12, Ubuntu 24.04 or newer)"; \
	  echo "  Fedora:          dnf install python3.13"; \
	  echo "  macOS:           brew install python@3.13"; \
	  echo "If it has another name or place:  make demo PYTHON=/path/to/python3"; exit 1; \
	fi; \
	if ! "$$python" -c "import ensurepip, venv" 2>/dev/null; then \
	  version="$$("$$python" -c "import sys; print('%d.%d' % sys.version_info[:2])")"; \
	  echo "$$python is Python $$version, but it cannot make environments: ensurepip is missing."; \
	  echo "  Debian, Ubuntu:  apt install python$$version-venv"; \
	  echo "Then type the same command again."; exit 1; \
	fi

.venv/.run: requirements/run.txt $(HERE)
	@{ $(FIND_PYTHON); \
	  echo "Making .venv with $$python; the first time this takes a minute."; \
	  "$$python" -m venv --clear .venv && $(INSTALL) -r requirements/run.txt \
	  && echo "$(CURDIR)" > .venv/.place && touch $@; } >&2

.venv/.assets: requirements/assets.txt .venv/.run
	@{ $(UNPACK) -r $< && touch $@; } >&2

.venv/.project: pyproject.toml .venv/.run .venv/.assets
	@{ $(PIP) install --no-deps --no-build-isolation -e . && touch $@; } >&2

.venv/.test: requirements/test.txt requirements/grafana.txt requirements/arrow.txt .venv/.run \
  | .venv/.project
	@{ echo "Adding what tests need to .venv."; \
	  $(INSTALL) -r $< -r requirements/grafana.txt -r requirements/arrow.txt && touch $@; } >&2

.venv/.mutation: requirements/mutation.txt .venv/.test
	@{ echo "Adding what mutation needs to .venv."; $(INSTALL) -r $< && touch $@; } >&2

.venv/.dev: requirements/dev.txt .venv/.run | .venv/.project
	@{ echo "Adding what development needs to .venv."; $(INSTALL) -r $< && touch $@; } >&2
