"""The astrocytic trace: what an emotional event leaves in astrocytes for days.

Receptors grow, recall recruits an ensemble, and what it secretes decides which of the memories that
recall has made labile stay (Dewa et al. 2025, Nature 648:99).
"""
