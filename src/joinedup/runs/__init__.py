"""One run from extracts to figures, and the other jobs that join the work rooms.

In: a project folder, or files. Out: a new, immutable run folder (Parquet tables, manifest, report), or the answer of
`check` and `link`. Refuses: a second run at once, and anything half-written.
"""

from joinedup.runs.accounts import account
from joinedup.runs.audited import verify_audit
from joinedup.runs.checking import Checked, check
from joinedup.runs.consulting import Candidate, Explained, Reason, describe, explain, lookup
from joinedup.runs.first_look import demo
from joinedup.runs.folder import latest
from joinedup.runs.linking import LinkedFile, link_file
from joinedup.runs.mending import Taken, take
from joinedup.runs.project import Project, load_project, new_project
from joinedup.runs.record import Desk, check_record
from joinedup.runs.running import Ran, run

__all__ = [
    "Candidate", "Checked", "Desk", "Explained", "LinkedFile", "Project", "Ran", "Reason", "Taken", "account", "check",
    "check_record", "demo",
    "describe", "explain", "latest", "link_file", "load_project", "lookup", "new_project", "run",
    "take", "verify_audit",
]  # fmt: skip
