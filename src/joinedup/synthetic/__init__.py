"""Invented towns, regions and nations of police and care systems, with the truth known.

In: a folder, a size and a seed. Out: a project whose systems keep other columns and spell every code their own way,
with families, groups across forces and the defects of real systems seeded at known rates; and, apart from it, who is
who. Refuses: a folder that holds real records. Nobody in it exists: phones, postcodes, identifiers, places and forces
have shapes that are never issued, and notes are procedure only. Ethnicity is independent of role, offence, group and
stage; only whether it was recorded depends on them.
"""

from joinedup.synthetic.inventing import Invented, describe, invent
from joinedup.synthetic.systems import SIZES
from joinedup.synthetic.wording import SENTENCES

__all__ = ["SENTENCES", "SIZES", "Invented", "describe", "invent"]
