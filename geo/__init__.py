"""Boundary sets, point assignment, merging of small areas, map layers."""
