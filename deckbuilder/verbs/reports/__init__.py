"""What was found, as it is told: the line with a caret for people, JSON for programs, annotations for CI.

Everything here is text that is handed back; `cli` prints it.
"""
