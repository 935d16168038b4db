"""What the room reads: tables of a run, without names, and nothing that is protected."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

CLUSTERS = ("record_id", "person_id")
RECORDS = ("record_id", "system", "force", "dob", "dob_precision", "postcode", "address", "recorded_on")
CRIMES = (
    "crime_id", "system", "force", "recorded_on", "offence_from", "offence_to", "ho_class", "cse_flag", "postcode",
    "outcome",
)  # fmt: skip
ROLES = ("crime_id", "record_id", "role", "stated_age", "identified")
CHARGES = ("crime_id", "ho_class")
CONTACTS = ("record_id", "kind", "value")


@dataclass(frozen=True)
class Facts:
    """Tables with the columns named above; further columns are not read. Every row's key is there once.

    clusters: who is one person. records: of persons. contacts: phones, vehicles and places tied to records. keyed: sets
    of systems that share crime references, what stands after `system:` in `crime_id`.
    """

    clusters: pa.Table
    records: pa.Table
    crimes: pa.Table
    roles: pa.Table
    charges: pa.Table
    contacts: pa.Table
    keyed: tuple[tuple[str, ...], ...] = ()

    def of_system(self, system: str) -> Facts:
        """What one system alone holds: its crimes and its records, and who of its own records is one person."""
        return self._only(pc.equal(self.records["system"], system), pc.equal(self.crimes["system"], system))

    def of_force(self, force: str) -> Facts:
        """What one force alone holds, in all of its systems together."""
        return self._only(pc.equal(self.records["force"], force), pc.equal(self.crimes["force"], force))

    def with_clusters(self, clusters: pa.Table) -> Facts:
        """The same facts with people joined otherwise."""
        return replace(self, clusters=clusters)

    def _only(self, records: pa.ChunkedArray, crimes: pa.ChunkedArray) -> Facts:
        kept, held = self.records.filter(records), self.crimes.filter(crimes)
        ids, crime_ids = kept["record_id"].combine_chunks(), held["crime_id"].combine_chunks()

        def of(table: pa.Table) -> pa.Table:
            found = table
            if "record_id" in table.column_names:
                found = found.filter(pc.is_in(found["record_id"], value_set=ids))
            if "crime_id" in table.column_names:
                found = found.filter(pc.is_in(found["crime_id"], value_set=crime_ids))
            return found

        return Facts(of(self.clusters), kept, held, of(self.roles), of(self.charges), of(self.contacts), self.keyed)
