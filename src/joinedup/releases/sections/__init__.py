"""The page's answers, in the order they are asked. Each file writes one of them from the run's figures."""

from joinedup.releases.sections.gaps import gaps_section
from joinedup.releases.sections.gate import gate_section
from joinedup.releases.sections.groups import groups_of_run
from joinedup.releases.sections.keyed import keyed_section
from joinedup.releases.sections.method import method_section
from joinedup.releases.sections.missing import missing_section
from joinedup.releases.sections.people import people_section
from joinedup.releases.sections.shares import shares_section
from joinedup.releases.sections.sources import sources_section
from joinedup.releases.sections.truth import truth_section

ALL = (
    sources_section,
    missing_section,
    gaps_section,
    people_section,
    groups_of_run,
    shares_section,
    gate_section,
    keyed_section,
    truth_section,
    method_section,
)
"""A section is left out when it gives None: no joins by key, or the truth is not known."""

__all__ = ["ALL"]
