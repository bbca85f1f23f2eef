"""What is done to the tissue: protocols, timelines, interventions, runs and the command line."""
