"""Runs that another machine carries out: a folder that travels there, and what comes back in it."""
