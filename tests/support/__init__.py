"""What tests share: no test imports another. Whoever is run as a program stands beside this folder."""

from pathlib import Path

import pytest

# What fails in here is shown with its values, as in a test.
pytest.register_assert_rewrite(*(f"{__name__}.{path.stem}" for path in Path(__file__).parent.glob("[a-z]*.py")))
