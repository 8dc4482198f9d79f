"""Figures with the asked ones beside them; printed by `make bench`, never part of a timed test."""
