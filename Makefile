VENV := .venv
BIN := $(VENV)/bin

.PHONY: build
build:
	$(BIN)/jupyter-book build . -W -n --keep-going
