"""Comparison and evaluation statistics: pure functions over numbers and arrays."""
