"""The circuits: mechanisms on a tissue, as plain data that a machine runs."""
