"""Who is there and who projects to whom: the anatomy of a circuit, read from its tables.

The rows of its tables are the dataclasses below, a column for each attribute
(`models.tissue.anatomy_tables` reads them). Numbers stay in the tables of parameters: a
row names them by their address, ``group.name``. A population more is a row more; code asks for what
a row says (its region, its role), never for a row by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from models.parameters import ParameterSet

PRINCIPAL, OTHER = "principal", "other"
"""Groups of cells with the same equations: those whose synapses learn, and all others."""
AFFERENT, DRIVE = "afferent", "drive"
"""Sources of host-drawn spikes: those that end at plastic synapses, and those at fixed ones."""
ASTROCYTES, ASTROCYTE = "astrocytes", "astrocyte"
"""Astrocytes as a target, and their group."""
CANNABINOID, HABITUATING = "cannabinoid", "habituating"
"""Terminals that cannabinoids of their target silence, and those that tire of the same."""
ONE_TO_ONE = "one_to_one"
"""Wiring by which each cell has a fibre of its own."""
NO_CLASS = "none"
"""Label of cells that belong to no class of projection."""

@dataclass(frozen=True)
class Population:
    """Cells of one kind in one region.

    Attributes
    ----------
    name, region : str
    cells : str
        `PRINCIPAL` or `OTHER`.
    transmitter : str
    adaptation : str
        Parameter of the after-hyperpolarisation that a spike adds.
    role : str
        ``"memory"``: synapses onto it learn; ``"output"``: freezing and flight are read from it;
        ``"approach"``: so is approach; ``"modulator"``: it releases into a volume; ``"code"``: some
        of its cells code each context.
    """

    name: str
    region: str
    cells: str
    transmitter: str
    adaptation: str
    role: str

    @property
    def count(self) -> str:
        """Parameter of its number of cells in a network of the reference size."""
        return f"population.{self.name}"

    @property
    def resting_rate(self) -> str:
        """Parameter of the rate that its background holds, where there is one."""
        return f"resting.{self.name}"


@dataclass(frozen=True)
class ProjectionClass:
    """Cells of a population that project to one region, by the `label` of that; see `share`."""

    name: str
    population: str
    label: str
    share: str


@dataclass(frozen=True)
class Projection:
    """Fixed synapses.

    `terminal` says what its terminals carry beyond release, if anything. `wiring` is random, by a
    mean in-degree, if empty; `ONE_TO_ONE` gives each cell a fibre of its own. `recipients` names
    the shares of classes that are reached, if not all are.
    """

    source: str
    target: str
    receptor: str
    terminal: str
    wiring: str
    recipients: str
    note: str

    @property
    def name(self) -> str:
        """Source and target in one word."""
        return f"{self.source}_to_{self.target}"

    @property
    def indegree(self) -> str:
        """Parameter of the mean number of inputs of a cell."""
        return f"projection.{self.name}.indegree"

    @property
    def total(self) -> str:
        """Parameter of their summed conductance, where no resting rate decides on it."""
        return f"projection.{self.name}.total"


@dataclass(frozen=True)
class Afferent:
    """Cells outside the tissue whose spikes are drawn on the host.

    `when` says during what they fire at `rate`: a conditioned stimulus, an aversive or appetitive
    unconditioned one, a context, whenever the animal is awake, or in a place test; otherwise they
    do at `rate_silent`. Each stimulus or context drives the share `code` of them, all if empty. A
    conditioned stimulus adds `rate_with_cs` to those that it reaches, as each hears `heard` of the
    afferents `hears`; an unconditioned one adds `rate_with_us` to all. Each changes what it codes
    at the rate `drift`, where there is one.
    `number` is a parameter, or that of a population, which grows with the network.
    """

    name: str
    spikes: str
    number: str
    when: str
    code: str
    rate: str
    rate_silent: str
    rate_with_cs: str
    rate_with_us: str
    hears: str
    heard: str
    drift: str


@dataclass(frozen=True)
class Pathway:
    """Tripartite, plastic synapses onto a memory population.

    `indegree` and `conductance` are those of one stimulus or context, where the source codes any.
    `recipients` as in `Projection`; `naive` names naive weights by class, one everywhere if empty.
    """

    source: str
    target: str
    indegree: str
    conductance: str
    recipients: str
    naive: str


@dataclass(frozen=True)
class Modulator:
    """Volume release of a population: `reach` cells of it onto each target."""

    source: str
    target: str
    transmitter: str
    reach: str
    recipients: str


@dataclass(frozen=True)
class Anatomy:
    """The anatomy of one circuit, in the order of its tables."""

    populations: tuple[Population, ...]
    classes: tuple[ProjectionClass, ...]
    projections: tuple[Projection, ...]
    afferents: tuple[Afferent, ...]
    plastic: tuple[Pathway, ...]
    modulators: tuple[Modulator, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the populations: what an index of a cell's population counts."""
        return tuple(row.name for row in self.populations)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels of classes of projection, none first: what an index of a projection counts."""
        return (NO_CLASS, *(row.label for row in self.classes))

    @cached_property
    def memory(self) -> Population:
        """The population whose synapses learn."""
        (found,) = self.of_role("memory")
        return found

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """What cells can be asked for by: populations and classes of projection."""
        return (*self.names, *(row.name for row in self.classes))

    def of_role(self, role: str) -> tuple[Population, ...]:
        """Populations of a role."""
        return tuple(row for row in self.populations if row.role == role)

    def sources(self, spikes: str) -> tuple[Afferent, ...]:
        """Afferents whose spikes come from the source `spikes`."""
        return tuple(row for row in self.afferents if row.spikes == spikes)

    def index(self, name: str) -> tuple[str, int]:
        """What tells the cells of a population or class: a column of labels, and the number there.

        Returns
        -------
        column : str
            ``"population"`` or ``"projection"`` of `models.tissue.cells.Tissue`.
        number : int
        """
        if name in self.names:
            return "population", self.names.index(name)
        return "projection", 1 + [row.name for row in self.classes].index(name)

    def group(self, name: str) -> str:
        """Group of the cells of a population, class or afferent, or of the astrocytes."""
        if name == ASTROCYTES:
            return ASTROCYTE
        for afferent in self.afferents:
            if afferent.name == name:
                return afferent.spikes
        of = {row.name: row.population for row in self.classes}.get(name, name)
        return self.populations[self.names.index(of)].cells

    def coded(self, name: str) -> str:
        """Parameter of the share of a source's cells that code one stimulus or context, or ``""``.

        Cells that afferents reach one to one code what these do.
        """
        codes = {row.name: row.code for row in self.afferents}
        for row in self.projections:
            if row.wiring == ONE_TO_ONE:
                codes[row.target] = codes.get(row.source, "")
        return codes.get(name, "")

    def pathways(self) -> tuple[tuple[str, str], ...]:
        """(source, target) of every bundle of fibres."""
        rows: tuple[Projection | Pathway | Modulator, ...] = (
            *self.projections, *self.plastic, *self.modulators
        )  # fmt: skip
        return tuple((row.source, row.target) for row in rows)


def by_class(parameters: ParameterSet, anatomy: Anatomy, key: str) -> list[float]:
    """Value of ``key_LABEL`` for every class of projection, in their order."""
    return [parameters.value(f"{key}_{row.label}") for row in anatomy.classes]
