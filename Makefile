# `make deck` and `make test` set up all they need, from nothing but Python 3.10 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
SETTINGS := pyproject.toml deckbuilder/__init__.py

.PHONY: deck test bench clean

deck: $(VENV)/deck.stamp ## the shipped deck, in dist/
	$(BIN)/deckbuilder build

test: $(VENV)/test.stamp $(VENV)/ankis.stamp ## everything that must hold
	$(BIN)/python -m pytest -n 2 --every-anki

bench: $(VENV)/test.stamp ## the ratios that the README quotes; takes minutes
	$(BIN)/python -m benchmarks.run --sizes 1000 10000 --repeat 3 --many-decks --shipped

$(VENV)/deck.stamp: $(SETTINGS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/deck.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@touch $@

$(VENV)/ankis.stamp: tests/ankis.py $(VENV)/test.stamp
	$(BIN)/python tests/ankis.py
	@touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
