"""What the tissue is: parameters, equations, wiring and devices. Knows no experiment."""

from models.machine.brian import import_quietly

import_quietly()
