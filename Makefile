# make book: the whole book, from nothing but Python 3.11+, git and make. make test: everything that is tested.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help book test bench lab serve lock links clean clean-all

help:  ## Show what there is to make
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

book: $(VENV)/book  ## Build the book into _build/html (the first time: make the environment too)
	@$(BIN)/python tools/build.py

test: $(VENV)/test book  ## Check format, lint and types, then run every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: $(VENV)/test book  ## Measure what must be fast; the machine should have nothing else to do
	$(BIN)/python -m benchmarks

lab: $(VENV)/book  ## Open the chapters in JupyterLab
	$(BIN)/jupyter lab intro.md

serve: book  ## Show the built book at http://localhost:8000 (PORT=… for another)
	$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lock: $(VENV)-lock  ## Refresh all requirements to the newest versions that fit together
	$(LOCK) --extra book --extra assign --extra test --upgrade --output-file requirements-test.txt
	$(LOCK) --extra book --constraint requirements-test.txt --upgrade --output-file requirements.txt
	$(LOCK) --constraint requirements.txt --upgrade --output-file binder/requirements.txt

links: book  ## Ask every address that the book names whether it is there (needs the network)
	$(BIN)/jupyter-book build . --builder linkcheck

clean:  ## Remove what was built
	rm -rf _build

clean-all: clean  ## Remove the environment too
	rm -rf $(VENV) $(VENV)-lock mlelib.egg-info

# Each file is touched when the environment has what it stands for.
$(VENV)/book: requirements.txt requirements-torch.txt pyproject.toml \
		tools/environment.py tools/jupyterlab-overrides.json | python
	@$(PYTHON) tools/environment.py book
	@touch $@

$(VENV)/test: requirements-test.txt $(VENV)/book
	@$(PYTHON) tools/environment.py test
	@touch $@

UV := uv==0.13.8
LOCK = $(VENV)-lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--extra run --extra lab --no-emit-index-url --no-annotate --custom-compile-command "make lock"

$(VENV)-lock: Makefile | python
	$(PYTHON) -m venv --clear $@
	$@/bin/pip install --quiet $(UV)

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "This book needs Python 3.11 or newer, with its venv module \
	(Debian: apt install python3-venv). None was found; PYTHON=/path/to/python names one."; exit 1; }
