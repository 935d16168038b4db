"""Every table that passes between rooms, one object per column.

In: nothing. Out: `Table` and `Column` objects, from which come empty tables, checks, the reference page
and the proof that protected columns reach no room that links, groups or ranks. Refuses: a column or table
name that does not exist, with the nearest right one.
"""

from joinedup.errors import TableError, nearest
from joinedup.tables.columns import Column, Protection, Table
from joinedup.tables.derived import (
    CLUSTERS,
    COMPLETENESS,
    DERIVED_TABLES,
    EVIDENCE,
    FIGURES,
    IDENTITIES,
    JUDGEMENTS,
    PAIRS,
    PERSON_EVENTS,
    RETURNS,
    SOUNDNESS,
    UNREADABLE,
)
from joinedup.tables.records import (
    CHARGES,
    CLASSIFICATIONS,
    CONTACTS,
    CRIMES,
    NOTES,
    PERSON_RECORDS,
    REASONS,
    RECORD_TABLES,
    ROLES,
)

ALL: dict[str, Table] = {t.name: t for t in (*RECORD_TABLES, *DERIVED_TABLES)}


def named(name: str) -> Table:
    """The table called `name`. Raises TableError, with the nearest right name, when there is none."""
    if name not in ALL:
        raise TableError(f"There is no table `{name}`.{nearest(name, ALL)}")
    return ALL[name]


__all__ = [
    "ALL", "CHARGES", "CLASSIFICATIONS", "CLUSTERS", "COMPLETENESS", "CONTACTS", "CRIMES", "EVIDENCE", "FIGURES",
    "IDENTITIES", "JUDGEMENTS", "NOTES", "PAIRS", "PERSON_EVENTS", "PERSON_RECORDS", "REASONS", "RECORD_TABLES",
    "RETURNS", "ROLES", "SOUNDNESS", "UNREADABLE", "Column", "Protection", "Table", "named",
]  # fmt: skip
