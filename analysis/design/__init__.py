"""Which trials are compared with which: epochs, windows, contrasts, published and a user's own."""
