"""What a protocol says: sessions and trials, interventions, and when each happens."""
