"""What happens in an astrocyte within seconds: receptors, IP3, calcium, and what it releases."""
