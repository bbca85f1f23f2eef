"""Figures, each drawn from a dataset or a table alone."""
