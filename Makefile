# Everything a person types. `make run` starts the product, `make test` checks it; nothing needs installing first
# beyond Python 3.11 or later and make.

.DEFAULT_GOAL := help
.PHONY: help run test check bench docs messages lock clean

RUN := .venv/.ready-run
DEV := .venv/.ready-dev
BIN := .venv/bin
export GUICHET_DATA ?= $(CURDIR)/var

help:
	@sed -n 's/^## //p' Makefile

## make run        start Guichet on http://localhost:8000        (ARGS="--port 9000 --no-demo")
run: $(RUN)
	@exec $(BIN)/guichet run $(ARGS)

## make test       every check and test, browser included        (ARGS="tests/lib -k live", DATABASE_URL=…)
test: $(DEV)
	@exec $(BIN)/python tools/test.py $(ARGS)

## make check      the static checks only: style, types, layers
check: $(DEV)
	@exec $(BIN)/python tools/test.py --static

## make bench      what things cost on this machine
bench: $(DEV)
	@exec $(BIN)/python -m bench $(ARGS)

## make docs       refresh the generated pages and pictures
docs: $(DEV)
	@exec $(BIN)/python tools/docs.py $(ARGS)

## make messages   extract and compile the French catalogues
messages: $(DEV)
	@exec $(BIN)/python tools/messages.py $(ARGS)

## make lock       pin the newest versions of all dependencies, with their hashes
lock: $(DEV)
	@sh tools/lock.sh $(ARGS)

## make clean      remove the environment and the caches; the data in var/ stay
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): requirements/run.txt tools/bootstrap.sh tools/bootstrap.py
	@sh tools/bootstrap.sh run

$(DEV): requirements/dev.txt tools/bootstrap.sh tools/bootstrap.py
	@sh tools/bootstrap.sh dev
