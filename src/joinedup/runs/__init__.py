"""One run from extracts to figures, and the other jobs that join the work rooms.

In: a project folder, or files. Out: a new, immutable run folder (Parquet tables, manifest, report), or the answer of
`check` and `link`. Refuses: a second run at once, and anything half-written.
"""

from joinedup.linkage.reasons import Reason
from joinedup.runs.accounts import account
from joinedup.runs.adding import Added, AddedFile, add_file
from joinedup.runs.audited import verify_audit
from joinedup.runs.checking import Checked, check
from joinedup.runs.consulting import Candidate, describe, lookup
from joinedup.runs.erasing import erase
from joinedup.runs.explaining import Explained, explain
from joinedup.runs.first_look import demo
from joinedup.runs.folder import latest
from joinedup.runs.judging import find_contradictions, judge, list_judgements, retire_judgement
from joinedup.runs.judging_files import export_judgements, import_judgements
from joinedup.runs.judging_queue import judge_queue
from joinedup.runs.judging_status import judge_status
from joinedup.runs.linking import LinkedFile, link_file
from joinedup.runs.mend_list import GapCounts, MendList, mend
from joinedup.runs.mending import Taken, take
from joinedup.runs.project import Project, load_project, new_project
from joinedup.runs.record import Desk, check_record
from joinedup.runs.running import Ran, run

__all__ = [
    "Added", "AddedFile", "Candidate", "Checked", "Desk", "Explained", "GapCounts", "LinkedFile", "MendList",
    "Project", "Ran", "Reason", "Taken", "account", "add_file", "check", "check_record", "demo", "describe", "erase",
    "explain", "export_judgements", "find_contradictions", "import_judgements", "judge", "judge_queue",
    "judge_status", "latest", "link_file", "list_judgements", "load_project", "lookup", "mend", "new_project",
    "retire_judgement", "run", "take", "verify_audit",
]  # fmt: skip
