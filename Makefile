# Each of these sets up all it needs, from nothing but Python 3.10 or newer. Without make: python3 -m tasks deck
PYTHON ?= $(if $(filter Windows_NT,$(OS)),python,python3)

.PHONY: deck test test-newest test-oldest constraints pictures torture bench ankis clean

deck: ## the shipped deck, in dist/
	$(PYTHON) -m tasks deck

test: ## everything that must hold, in every Anki; some of it: make test TESTS=tests/cli/test_cli.py
	$(PYTHON) -m tasks test $(TESTS)

test-newest: ## the same with the newest of all that is installed
	$(PYTHON) -m tasks test-newest $(TESTS)

test-oldest: ## the same with the oldest dependencies that pyproject.toml admits
	$(PYTHON) -m tasks test-oldest $(TESTS)

constraints: ## the versions that are installed, anew
	$(PYTHON) -m tasks constraints

pictures: ## the README's pictures, of the cards as they are now
	$(PYTHON) -m tasks pictures

torture: ## what takes too long for `make test`; less of it: make torture SIZES="--histories 10"
	$(PYTHON) -m tasks torture $(SIZES)

bench: ## the ratios that the README quotes; takes minutes
	$(PYTHON) -m tasks bench

ankis: ## the older Ankis that learners have, if they are not there yet
	$(PYTHON) -m tasks ankis

clean:
	$(PYTHON) -m tasks clean
