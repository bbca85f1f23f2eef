"""What users call from Python; ``import astrogram`` hands it on.

Each function hands over to the room that does it, and imports that room when it is called. What a
user can mend is told by an `AstrogramError` of one line.
"""
