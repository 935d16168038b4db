"""How the figures were made: method, definitions, what is not known, limits."""

from __future__ import annotations

from joinedup.releases.lookup import Material
from joinedup.releases.numbers import count, listed
from joinedup.releases.parts import Section
from joinedup.statistics import THRESHOLD

TERMS = (
    (
        "Suspect record",
        "A person record with a suspect's or offender's part in a crime, by somebody identified. "
        "It counts once, at the furthest stage it reached, in the year in which its earliest crime was recorded.",
    ),
    (
        "Self-defined ethnicity",
        "What the person answered. A refusal, a question not asked, and a code in no list are all "
        "missing, each under its own reason.",
    ),
    ("Officer's view", "What an officer saw. It is counted apart and never taken for the person's answer."),
    (
        "Gap held by another system",
        "The suspect record lacks the value, and other systems' records of the same person "
        "hold one on which they agree. If they disagree it is a conflict, and stays unknown.",
    ),
    (
        "Joined",
        "Records that the joining says are about one person. Neither ethnicity nor nationality is ever used to "
        "join records.",
    ),
    (
        "Range, or bounds",
        "The lowest and highest share that the missing answers allow "
        "(C. F. Manski, 1989, Journal of Human Resources 24(3)).",
    ),
)

UNKNOWN = (
    "Whether a recorded answer is right, and whether the person would give it again.",
    "Who was never suspected: these are the people that somebody reported, found or arrested.",
    "How many joins are wrong or were missed in real records.",
    "Whether what is missing is like what is recorded. It often is not: ethnicity is recorded later in a case more "
    "than early in it.",
)


def method_section(material: Material) -> Section:
    """What a reader needs to check or repeat the figures."""
    run = material.run
    made = listed([f"{name} {version}" for name, version in run.versions.items()])
    return Section(
        "method",
        "How these figures were made",
        f"Two records are joined from **{run.threshold:g} bits** of match weight for one person, and more of them "
        "while the mean over all their pairs is within one bit of it.",
        (
            "Every count is of rows accepted at the gate, and every share is of all counted, the unknown included.",
            f"† stands after a count that is, or is a part of, fewer than {count(THRESHOLD)} people or records.",
            *((f"Made with {made}.",) if made else ()),
        ),
        points=UNKNOWN,
        points_heading="What nobody knows",
        terms=TERMS,
    )
