"""Many animals measured, and beside the paper."""
