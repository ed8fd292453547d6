"""A plan for an exam: how many new cards a day, how long that takes, and how much is known on the day.

`memory` is FSRS, `days` lives through the days until the exam, `asked` is what a person wants, `planning` makes a plan of all
that, `mine` is what a learner has studied already, and `tell` and the modules beside it say it. All but this needs the extra
`plan`.
"""

MOST_DAYS = 1_100  # until an exam
MOST_MINUTES = 600  # on a day
