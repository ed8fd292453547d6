"""What the vocabulary knows of bones, joints and nerves, against what muscles are said to do."""

from __future__ import annotations
