"""What spikes say: rates, responses, ensembles, decoders."""
