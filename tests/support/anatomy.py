"""Names of the fear circuit's anatomy, as tests ask for them."""

from models.tissue.anatomy import AFFERENT
from models.tissue.anatomy_tables import load_anatomy

ANATOMY = load_anatomy()
POPULATIONS = ANATOMY.names
PROJECTIONS = ANATOMY.labels
AFFERENTS = tuple(row.name for row in ANATOMY.sources(AFFERENT))
INHIBITORY = {"BLA_PV", "BLA_SOM", "BLA_CCK", "PL_I", "IL_I", "ITC", "CeL_on", "CeL_off"}
# The US silences omission cells by way of interneurons that are not modelled.
INHIBITORY_PROJECTIONS = {("US", "VTA")}
