"""What exams ask and a deck teaches: cards by domain and objective, and the gaps. `count` counts, `floor` compares, `tell` says it."""
