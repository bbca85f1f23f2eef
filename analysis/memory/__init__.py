"""Associative memory measured."""
