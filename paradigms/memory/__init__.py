"""Paradigms of associative memory, and the patterns that they store."""
