"""Code lists: what each system's codes mean, where each list comes from, and what is not a value at all.

In: a spelling from an extract and the name of the list it comes from. Out: the code that our tables hold, or the
reason why there is none; labels, groups, forces, offences and census populations. Refuses: a list, code, force or
area that does not exist, and an invented force in a project that is not marked invented. `translate` refuses nothing.
"""

from joinedup.codes.entries import REASONS, Code, Translated
from joinedup.codes.ethnicity import GROUPS, ethnic_group, observed_group
from joinedup.codes.forces import Force, force
from joinedup.codes.lists import CodeList, code_list, names
from joinedup.codes.offences import FORMS, Conduct, Offence, OffenceClass, is_outcome, offence, offence_class
from joinedup.codes.populations import Population, population
from joinedup.codes.reference import reference_page

__all__ = [
    "FORMS",
    "GROUPS",
    "REASONS",
    "Code",
    "CodeList",
    "Conduct",
    "Force",
    "Offence",
    "OffenceClass",
    "Population",
    "Translated",
    "code_list",
    "ethnic_group",
    "force",
    "is_outcome",
    "names",
    "observed_group",
    "offence",
    "offence_class",
    "population",
    "reference_page",
]
