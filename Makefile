# `make deck` and `make test` set up all they need, from nothing but Python 3.10 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
SETTINGS := pyproject.toml deckbuilder/__init__.py

.PHONY: deck test pictures torture bench ankis clean

deck: $(VENV)/deck.stamp ## the shipped deck, in dist/
	$(BIN)/deckbuilder build

test: ankis ## everything that must hold, in every Anki
	$(BIN)/python -m pytest -n 2 --complete

pictures: $(VENV)/test.stamp ## the README's pictures, of the cards as they are now
	$(BIN)/python tests/pictures.py

torture: ankis ## what takes too long for `make test`; less of it: make torture SIZES="--histories 10"
	$(BIN)/python tests/torture.py $(SIZES)

bench: $(VENV)/test.stamp ## the ratios that the README quotes; takes minutes
	$(BIN)/python -m benchmarks.run --sizes 1000 10000 --repeat 3 --many-decks --shipped

$(VENV)/deck.stamp: $(SETTINGS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/deck.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test,figures]"
	@touch $@

ankis: $(VENV)/test.stamp ## the older Ankis that learners have, if they are not there yet
	$(BIN)/python tests/ankis.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
