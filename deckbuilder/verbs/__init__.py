"""What people do with a project besides building it: edits, editors, releases, reports, a look at the cards."""
