"""Paradigms that show a single part: a calcium wave, a tripartite synapse."""
