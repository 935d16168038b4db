"""The index of a run, for looking one described person up among all its records in milliseconds.

In: person records without any protected column, the run's model and clusters. Out: a folder of files that are mapped
into memory. Refuses: a model with conditions that one record cannot be put to alone.
"""

from joinedup.linkage.index.building import build_index
from joinedup.linkage.index.described import Described

INDEX = "index"
"""The folder of the index, within that of its run."""

__all__ = ["INDEX", "Described", "build_index"]
