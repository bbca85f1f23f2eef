"""What a user sees of work going on: tables, notes and progress on a terminal."""
