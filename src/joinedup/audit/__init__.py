"""Who did what to which record, when and why: an append-only log, in the project's own database.

In: an open database connection and an `Entry`. Out: the entry's place in the chain, and on request whether the
whole log still stands as it was written. Refuses: an entry without a name, a reason or (for a disclosure)
recipients; a key of `detail` that would hold a person's value; any change to what was written.

Nothing here commits. A command or a page opens one transaction, makes its change, appends its entry and commits
both, so that the act and its entry stand or fall together:

    with transaction(connection):
        record_the_decision(connection, ...)
        append(connection, Entry(Act.ALTERATION, by="j.doe", why="op-417", subjects=(Subject("record", record_id),)))

Law: Data Protection Act 2018, section 62 (collection, alteration, consultation, disclosure, combination, erasure).
"""

from joinedup.audit.entries import Act, Entry, Subject
from joinedup.audit.log import Head, append, details
from joinedup.audit.store import erasing, open_store, project_salt, transaction
from joinedup.audit.verification import verify

__all__ = [
    "Act", "Entry", "Head", "Subject", "append", "details", "erasing", "open_store", "project_salt", "transaction",
    "verify",
]  # fmt: skip
