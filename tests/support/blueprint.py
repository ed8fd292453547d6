"""An exam that asks for a part of the starter."""

from __future__ import annotations

BLUEPRINT = """\
- exam: any-cpt
  name: ANY-CPT
  as_of: 2026-11
  domains: {1-science: {name: Science, objectives: {movement: {asks: Movement, topics: joint-action, trust: copy}}}}
- exam: no-cpt
  name: NO-CPT
  as_of: 2026-11
  domains: {1-other: {name: Other}}
"""
