"""What this is: whose records were read."""

from __future__ import annotations

from joinedup.releases.lookup import Material
from joinedup.releases.numbers import count, many
from joinedup.releases.parts import Exhibit, Section, grid

NO_ONE_FORCE = "as each row says, if it does"
"""What stands for the force of a system whose source map names none: the rows may name one, several or none."""


def sources_section(material: Material) -> Section:
    """Rows read, from which systems of which forces."""
    rows = [
        (s.system, s.kind or "not said", material.force(s.force) if s.force else NO_ONE_FORCE, count(s.rows))
        for s in material.run.sources
    ]
    return Section(
        "what-this-is",
        "What this is",
        sources_sentence(material),
        (
            "It joined the records that seem to be about the same person, and counted what is recorded, what is not, "
            "and what nobody can say.",
        ),
        exhibits=(Exhibit(grid("Systems and the rows they sent", ("System", "Kind", "Force", "Rows"), rows, 1)),),
    )


def sources_sentence(material: Material) -> str:
    """How many rows came from how many systems of how many forces."""
    sources = material.run.sources
    rows = sum(source.rows for source in sources)
    forces = {source.force for source in sources if source.force}
    of = f" of {many(len(forces), 'force')}" if forces else ""
    return f"Joinedup read **{many(rows, 'row')}** from **{many(len(sources), 'system')}**{of}."
