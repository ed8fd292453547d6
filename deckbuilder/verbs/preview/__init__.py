"""The cards as Anki shows them, in a browser: live beside the editor, or as a static site.

`session` knows what is shown, `shown` turns it into what the page reads, `since` tells what learners will see change;
`server` serves it and `guard` keeps strangers out, `watch` notices saves, `editor` opens a place; `export` writes a site.
"""
