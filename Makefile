# Everything a newcomer needs: `make demo` and `make test`. Both make their own environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

help:
	@echo "make demo    mirror a sample newsroom, twice, into .demo/"
	@echo "make test    format, lint, types, rooms, tests"
	@echo "make browser finds or brings the Chromium of the browser tests, as make test does"
	@echo "make screenshots     every kind of page of the sample's site, in .screenshots"
	@echo "make bench   speed and memory, side by side with peers"
	@echo "make bench-build     only full builds, beside Hugo and Pelican"
	@echo "make bench-search    what the index of search costs to make, and a query to fetch, beside Pagefind"
	@echo "make bench-trust     what signing and verifying cost, beside sha256sum"
	@echo "make bench-season    what days of runs cost in git, beside the scripts of old; OPTIONS=\"--days 20 --start 2000\""
	@echo "make conformance SUITE=folder     the public TUF conformance suite against our client; needs faketime"
	@echo "make bench-extract DATA=folder    extractors side by side on others' pages; says how to get them"
	@echo "make fuzz    20,000 mutated pages through the extractor; OPTIONS=\"--seed 2\" for others"
	@echo "make model DATA=folder    train the block classifier; docs/model-card.md says how to get the pages"
	@echo "make lock    pin the dependencies again (needs uv)"

$(VENV)/.run: requirements/run.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

demo: $(VENV)/.run
	rm -rf .demo
	$(BIN)/mirrorpress demo .demo

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

browser: $(VENV)/.dev
	$(BIN)/python -m tests.browser.chromium

screenshots: $(VENV)/.dev browser
	$(BIN)/python -m tests.browser.screenshots .screenshots

test: lint browser
	$(BIN)/pytest -n auto

fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.extract.fuzz $(OPTIONS)

.bench/.run: requirements/bench.txt pyproject.toml $(VENV)/.run
	test -x .bench/bin/python || $(PYTHON) -m venv .bench
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

bench: .bench/.run
	.bench/bin/python -m bench

bench-build: .bench/.run
	.bench/bin/python -m bench --only build

# --no-deps: the pins are complete, and pip 23 stumbles over the two ways in which peers ask for lxml[html-clean].
.bench-extract/.run: requirements/bench-extract.txt pyproject.toml
	test -x .bench-extract/bin/python || $(PYTHON) -m venv .bench-extract
	.bench-extract/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench-extract.txt
	.bench-extract/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# DATA: the folder that holds the checkouts; OPTIONS: more for the program, such as OPTIONS="--split test"
DATA ?= data
bench-extract: .bench-extract/.run
	.bench-extract/bin/python -m bench.extraction --data $(DATA) $(OPTIONS)

.training/.run: requirements/training.txt pyproject.toml
	test -x .training/bin/python || $(PYTHON) -m venv .training
	.training/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/training.txt
	.training/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

model: .training/.run
	.training/bin/python -m training $(DATA) $(OPTIONS)

lock:
	uv pip compile --extra search --extra zh --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --group dev pyproject.toml requirements/build.in -o requirements/dev.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --group bench pyproject.toml requirements/build.in -o requirements/bench.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --group bench-extract pyproject.toml requirements/build.in -o requirements/bench-extract.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --group training pyproject.toml requirements/build.in -o requirements/training.txt

clean:
	rm -rf $(VENV) .bench .bench-extract .conformance .training .demo .screenshots

bench-search: .bench/.run
	.bench/bin/python -m bench.search $(OPTIONS)

bench-trust: $(VENV)/.run
	$(BIN)/python -m bench.trust $(OPTIONS)

bench-season: .bench/.run
	.bench/bin/python -m bench.season $(OPTIONS)

# SUITE: a checkout of github.com/theupdateframework/tuf-conformance, which has an environment of its own.
SUITE ?= tuf-conformance
.conformance/.run: $(VENV)/.run
	test -x .conformance/bin/python || $(PYTHON) -m venv .conformance
	.conformance/bin/python -m pip install --quiet --disable-pip-version-check "$(abspath $(SUITE))"
	touch $@

conformance: .conformance/.run
	printf '#!/bin/sh\nexec "$(CURDIR)/$(BIN)/python" "$(CURDIR)/tests/conformance/client.py" "$$@"\n' > .conformance/client
	chmod +x .conformance/client
	cd "$(abspath $(SUITE))" && "$(CURDIR)/.conformance/bin/pytest" tuf_conformance --entrypoint "$(CURDIR)/.conformance/client" $(OPTIONS)

.PHONY: help demo lint browser screenshots test fuzz bench bench-build bench-search bench-trust bench-season bench-extract conformance model lock clean
