"""What the animal does, read from its output populations."""
