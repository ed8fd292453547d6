"""What follows from the records: the library over all of them, tags, words, masks, and what was drawn."""
