"""The dataset: its schema, its check, and its files."""
