"""Groups of ethnicity codes. Self-defined and officer-observed ethnicity are two lists and are never joined."""

from __future__ import annotations

from joinedup.codes.lists import code_list
from joinedup.errors import CodeListError

GROUPS = ("White", "Mixed", "Asian", "Black", "Other")
"""The five groups, in the order of the census."""


def ethnic_group(code: str, groups: int = 5) -> str:
    """The group of a self-defined ethnicity code held inside: one of `GROUPS`, or the label of the 19 groups.

    Chinese is Asian, as in 18+1 and in the census since 2011. Raises CodeListError for a code that is no answer, such
    as `NS`, for one that the list does not have, and for a number of groups other than 5 and 19.

    Source: Census 2021, ethnic group classifications 6a and 20b, ONS.
    """
    if groups not in (5, 19):
        raise CodeListError("Ethnicity is grouped in 5 or in 19.", remedy="Ask for `groups=5` or `groups=19`.")
    found = code_list("self-defined-ethnicity")[code]
    if found.reason:
        raise CodeListError(
            f"`{found.code}` says why there is no answer, so it is in no group.", remedy="Count it among the unknown."
        )
    return found.facts["group5"] if groups == 5 else found.label


def observed_group(code: str) -> str | None:
    """The one of `GROUPS` that an officer-observed code falls in, None for `0`, which is no observation.

    1 and 2 are White, 3 Black, 4 and 5 Asian, 6 Other, 7 Mixed. Raises CodeListError for a code not in the list.
    """
    return code_list("observed-ethnicity")[code].facts["group5"] or None
