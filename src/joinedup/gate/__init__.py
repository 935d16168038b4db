"""Compulsory recording: one set of rules that says, for every row, every reason why it is returned or marked.

In: frames of record tables from `sources`, with their `unread:` marks, and rows that could not be read. Out: the
accepted rows and one `returns` row for each reason. Refuses: a severity for a rule that does not exist.
In mode `new` a row that lacks what is compulsory is returned; in mode `historic` it is marked, counted and let in.
"""

from joinedup.gate.judge import Gated, gate
from joinedup.gate.returns_file import write_returns
from joinedup.gate.rules import FILE_RULES, RULES, Mode, Rule, Severity, rules_for

__all__ = ["FILE_RULES", "RULES", "Gated", "Mode", "Rule", "Severity", "gate", "rules_for", "write_returns"]
