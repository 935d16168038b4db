"""Compulsory recording: one set of rules that says, for every row, every reason why it is returned or marked.

In: frames of record tables from `sources`, with their `unread:` marks and the facts of received texts, and rows that
could not be read. Out: the accepted rows and one `returns` row for each reason. Refuses: a rule that cannot be asked, a
severity that does not exist. In mode `new` a row that lacks what is compulsory is returned; in mode `historic` it is
marked, counted and let in. `plain.judge` gives the same verdict on one submission.
"""

from joinedup.gate.findings import value_maps
from joinedup.gate.judge import Gated, gate
from joinedup.gate.plain import Reason, Terms
from joinedup.gate.rules import Mode, Rule, Rulebook, Severity, rulebook

__all__ = ["Gated", "Mode", "Reason", "Rule", "Rulebook", "Severity", "Terms", "gate", "rulebook", "value_maps"]
