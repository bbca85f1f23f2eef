"""Transmitters that say how much an experience matters: around cells, in domains, and receptors."""
