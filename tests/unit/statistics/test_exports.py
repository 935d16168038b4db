"""What the package of statistics offers by name."""

from __future__ import annotations

import inspect

from joinedup import statistics


def test_every_name_offered_is_there_and_says_what_it_is() -> None:
    for name in statistics.__all__:
        offered = getattr(statistics, name)
        if inspect.isclass(offered) or inspect.isfunction(offered):
            assert inspect.getdoc(offered), name
            assert offered.__module__.startswith("joinedup.statistics."), name
