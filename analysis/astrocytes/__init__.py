"""What astrocytes do: calcium responses, waves, closed loops."""
