"""The one reader of English: what a text says of a muscle, so that rules can hold it against the deck.

`en.yaml` has the words, `english` loads them, `tokens` takes texts apart and `lexicon` finds the names of the deck's things
in them. `clauses` divides a text and tells which clauses deny or doubt, `cues` reads what a clause says, `subjects` of which
muscle, and `truth` whether the deck says so too. `sides` knows medial from lateral.
"""
