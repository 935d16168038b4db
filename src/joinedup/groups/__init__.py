"""People acting together: which suspects belong together, across systems and forces and through time.

In: tables of a run, without names. Out: groups with their suspects, the children harmed, incidents, ties, hubs, and
what each system or force sees of them alone. Refuses: to tie two suspects by kinship, home or surname; to call a child
harmed a member; to state membership as fact. Reads nothing that is protected.
"""

from joinedup.groups.facts import Facts
from joinedup.groups.finding import Found, find

__all__ = ["Facts", "Found", "find"]
