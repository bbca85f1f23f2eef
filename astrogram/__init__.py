"""What every room of the house shares: errors, text from strangers, environment, files, leftovers.

Nothing here knows a model, an experiment or an analysis, and importing it loads nothing heavy.
"""
