"""Colours of pictures and page: told apart without colour vision, readable on white."""

from __future__ import annotations

ETHNICITY = "#1d4f91"
NATIONALITY = "#9a4a00"
KNOWN = "#1d4f91"
MAYBE = "#a9bfdc"
JOINED = "#0b6b57"
JOINED_MAYBE = "#9fd0c4"
DISPUTED = "#b3541e"
NOBODY = "#b7bec5"
RETURNED = "#8a2846"
MARKED = "#7a6a00"
