"""`python -m deckbuilder` is the same as `deckbuilder`."""

import os
import sys

# Python puts the working folder first, where a stranger's project may hold a module of a name that we import.
_PACKAGES = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - pathlib is such a name
if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(os.getcwd()) != _PACKAGES:  # noqa: PTH109
    del sys.path[0]

from deckbuilder.cli import main  # noqa: E402

main()
