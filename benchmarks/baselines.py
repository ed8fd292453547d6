"""Scripts that do less than `build`, each in a process of its own.

`bare DIR OUT [DECKS]`: genanki on finished strings. It knows nothing of YAML, templates, rules or identity.
`plain DIR OUT [late]`: sqlite3 and zipfile on the very rows of our package; `late` makes the indexes last.
`naive PROJECT OUT`: what an author writes in an afternoon: YAML, a Jinja template, genanki. No faults with
positions, no rules, no lock, no harmless text, no look-alikes, no tags that follow from the facts.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
import time
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.ours import main, timed

_LISTS = """\
{% macro parts(ids, names) %}<ol>{% for id in ids %}<li><b>{{ names[id] }}</b>
{%- if ids is mapping %}<small>{{ ids[id] }}</small>{% endif %}</li>{% endfor %}</ol>{% endmacro %}
{% macro short(ids, names) %}{% for id in ids %}{{ names[id] }}
{%- if not loop.last %}, {% endif %}{% endfor %}{% endmacro %}
"""
_ALL = {
    "Key": "{{ kind }}/{{ r[kind] }}",
    "Name": "{{ r.name }}",
    "Path": "<span>{{ region }}</span>",
    "Hint": "{{ r.hint }}",
    "Why": "{% if r.why %}<p>{{ r.why }}</p>{% endif %}",
    "Source": "<ul><li>{{ book.authors }}. <cite>{{ book.title }}</cite>. {{ book.year }}</li></ul>",
    "Trail": "<span>Region › {{ region }}</span> <span>Tier › {{ r.tier or 'useful' }}</span>",
    "Version": "2026-11",
    **dict.fromkeys(("Picture", "Picture caption", "Confuse", "Spare 1", "Spare 2", "My notes"), ""),
}
_MUSCLE = {
    **_ALL,
    "Latin": "{{ r.latin }}",
    "Say": "{{ r.say }}",
    "Origin": "{{ parts(r.origin, sites) }}",
    "Origin expect": "Name {{ r.origin|length }}.",
    "Insertion": "{{ parts(r.insertion, sites) }}",
    "Insertion expect": "Name {{ r.insertion|length }}.",
    "Action": "{{ parts(r.actions, moves) }}",
    "Action expect": "Name {{ r.actions|length }}.",
    "Nerve": "{{ parts([r.nerve], nerves) }}",
    "Origin short": "{{ short(r.origin, sites) }}",
    "Insertion short": "{{ short(r.insertion, sites) }}",
    "Action short": "{{ short(r.actions, moves) }}",
    "Nerve short": "{{ nerves[r.nerve] }}",
    "Reverse": "<dl><dt>O</dt><dd>{{ short(r.origin, sites) }}</dd>"
    "<dt>I</dt><dd>{{ short(r.insertion, sites) }}</dd></dl>",
}
_ACTION = {
    **_ALL,
    "Prime movers": "{{ parts(r.prime_movers, names) }}",
    "Synergists": "{{ parts(linked, names) }}",
    "Plane": "{{ r.plane }}",
    "Example": "{{ r.example }}",
}
_GROUP = {**_ALL, "Members": "{{ parts(linked, names) }}", "Apart": "{{ parts(r.tell_apart, names) }}"}
_KINDS = {
    "muscle": (_MUSCLE, ("Action", "Origin", "Insertion", "Nerve", "Reverse")),
    "action": (_ACTION, ("Prime movers", "Synergists", "Plane")),
    "group": (_GROUP, ("Members", "Apart")),
}


_FRONT = "{{{{#{0}}}}}<h1>{{{{Name}}}}</h1><p>{0}?</p>{{{{/{0}}}}}"
_BACK = "{{{{FrontSide}}}}<hr id=answer>{{{{{0}}}}}{{{{Why}}}}<footer>{{{{Source}}}}</footer>"


def bare(folder: str, out: str, decks: str = "1") -> None:
    """genanki on finished strings, spread over a number of decks where one is given."""
    import genanki

    ready = json.loads((Path(folder) / "ready.json").read_text("utf-8"))
    start = time.process_time()
    models = {
        kind: genanki.Model(
            each["id"],
            each["name"],
            fields=[{"name": field["name"]} for field in each["fields"]],
            templates=[_card(card["name"], card["front"], card["back"]) for card in each["templates"]],
            css=each["css"],
            sort_field_index=[field["name"] for field in each["fields"]].index(each["sort_field"]),
        )
        for kind, each in ready["types"].items()
    }
    many = int(decks)
    specs = ready["decks"].items()
    made = {id: genanki.Deck(each["id"], each["name"], each["description"]) for id, each in specs}
    spread = [genanki.Deck(at, f"All::{at}") for at in range(2, many + 2)]
    for at, (kind, deck, guid, fields, tags) in enumerate(ready["notes"]):
        note = genanki.Note(model=models[kind], fields=fields, tags=tags, guid=guid)
        (made[deck] if many == 1 else spread[at % many]).add_note(note)
    genanki.Package(list(made.values()) if many == 1 else spread).write_to_file(out)
    print(json.dumps({"own": time.process_time() - start}))


def plain(folder: str, out: str, late: str = "") -> None:
    """The rows, inserted in one transaction, and the database deflated."""
    from genanki.apkg_schema import APKG_SCHEMA

    with (Path(folder) / "rows.pickle").open("rb") as file:
        rows = pickle.load(file)
    statements = [each.strip() for each in APKG_SCHEMA.split(";") if each.strip()]
    indexes = [each for each in statements if late and each.startswith("CREATE INDEX")]

    def work() -> None:
        database = Path(f"{out}.db")
        connection = sqlite3.connect(database)
        connection.executescript(";".join(each for each in statements if each not in indexes))
        for table, found in rows.items():
            connection.executemany(f"INSERT INTO {table} VALUES({','.join('?' * len(found[0]))})", found)
        for index in indexes:
            connection.execute(index)
        connection.commit()
        connection.close()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            archive.write(database, "collection.anki2")
            archive.writestr("media", "{}")
        database.unlink()

    timed(work)


def naive(project: str, out: str) -> None:
    """YAML, Jinja, genanki. Notes are made of muscles, actions and groups; all else is only looked up."""
    import genanki
    import jinja2
    import yaml

    records: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(Path(project, "cards").rglob("*.yaml")):
        found = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for record in found if isinstance(found, list) else [found]:
            records.setdefault(next(iter(record)), []).append(record)
    by_id = {kind: {record[kind]: record for record in found} for kind, found in records.items()}
    linked: dict[str, list[str]] = {}
    for muscle in records["muscle"]:
        for id in (*muscle["actions"], *muscle.get("groups", ())):
            linked.setdefault(id, []).append(muscle["muscle"])
    jinja = jinja2.Environment(autoescape=True, trim_blocks=True)
    jinja.globals.update(
        sites={id: name for bone in records["bone"] for id, name in bone["landmarks"].items()},
        moves={id: each["phrase"] for id, each in by_id["action"].items()},
        nerves={id: each["name"] for id, each in by_id["nerve"].items()},
        names={id: each["name"] for id, each in by_id["muscle"].items()},
        book=records["source"][0],
    )
    deck = genanki.Deck(1_763_779_300_200, "Synthetic anatomy, naive")
    for place, (kind, (fields, questions)) in enumerate(_KINDS.items()):
        # One render a note, cut apart below.
        template = jinja.from_string(_LISTS + "\x1f".join(fields.values()))
        model = genanki.Model(
            1_763_779_300_300 + place,
            f"Naive {kind}",
            fields=[{"name": name} for name in fields],
            templates=[_card(name, _FRONT.format(name), _BACK.format(name)) for name in questions],
            css=".card { font: 20px sans-serif; } .night_mode { color: white; }",
            sort_field_index=1,
        )
        for r in records[kind]:
            region = by_id["region"][r["region"]]["name"] if "region" in r else ""
            text = template.render(r=r, kind=kind, region=region, linked=linked.get(r[kind], ()))
            tags = [f"SY::{tag}" for tag in r["tags"]]
            guid = genanki.guid_for(kind, r[kind])
            deck.add_note(genanki.Note(model=model, fields=text.split("\x1f"), tags=tags, guid=guid))
    genanki.Package(deck).write_to_file(out)


def _card(name: str, front: str, back: str) -> dict[str, str]:
    return {"name": name, "qfmt": front, "afmt": back}


if __name__ == "__main__":
    main((bare, plain, naive))
