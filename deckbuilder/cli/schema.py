"""`deckbuilder schema`"""

from __future__ import annotations

import json

import click

from deckbuilder.records.schema import schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of source cards, so that an editor completes keys and marks mistakes.

    \b
    Example:
      deckbuilder schema > cards.schema.json
    """
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
