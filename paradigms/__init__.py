"""What is done to the tissue: protocols, timelines, interventions, runs and the command line."""

import models  # noqa: F401  (from here on Brian2 is imported without files of preferences)
