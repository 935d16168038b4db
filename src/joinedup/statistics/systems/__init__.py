"""People on none of several linked lists, by how those on them overlap: multiple systems estimation.

In: people counted by the lists that hold them. Out: a `HiddenNumber`, which gives the range over models, limits for
chance, Chao's bound, and what wrong links would change; never one number. Refuses, with StatisticsError: lists that
meet too little, and models that the counts do not settle.
"""

from joinedup.statistics.systems.estimate import HiddenNumber, Stratum, by_stratum, hidden_number
from joinedup.statistics.systems.limits import Chao, Profile, chao, profile
from joinedup.statistics.systems.links import Relinked, WrongLinks, relinked
from joinedup.statistics.systems.lists import Lists, merged, overlaps
from joinedup.statistics.systems.models import Fitted, ModelRange, every_model, fit_model, stepwise

__all__ = [
    "Chao", "Fitted", "HiddenNumber", "Lists", "ModelRange", "Profile", "Relinked", "Stratum", "WrongLinks",
    "by_stratum", "chao", "every_model", "fit_model", "hidden_number", "merged", "overlaps", "profile", "relinked",
    "stepwise",
]  # fmt: skip
