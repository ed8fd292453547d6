"""What `make` asks for: environments that set themselves up, and what is run in them.

Nothing but Python's own library is needed, and make is not: `python -m tasks test` is `make test`.
"""

import sys

if sys.version_info < (3, 10):  # noqa: UP036 - this is what says so, in words that any Python can read
    HERE = ".".join(map(str, sys.version_info[:2]))
    sys.exit("deckbuilder needs Python 3.10 or newer, and this is " + HERE + ": make deck PYTHON=python3.12")
