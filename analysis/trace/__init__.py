"""Astrocytes as a trace of days: the animal's life, who is recruited, where, and what stays."""
