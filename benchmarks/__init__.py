"""How fast the lessons are, beside what a learner would use instead: `make bench`."""
