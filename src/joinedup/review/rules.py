"""The rules by which a closed case is put before people, as data: name, version, reason, and what it asks.

A rule flags and never decides. Nothing here reads ethnicity, nationality, religion, a place of origin or a name.

Source: Operation Beaconport's admission criteria as reported; National Audit 2025, recommendations 1 and 3; the four
kinds of downgrade and the outcome families of the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from joinedup.review.conditions import AllOf, AnyOf, Between, Condition, Not, OneOf, Unknown, Yes
from joinedup.review.facts_plain import NO_FURTHER_ACTION, OUT_OF_COURT

WINDOW = (date(2010, 1, 1), date(2025, 3, 31))
"""First and last day, both included, of the decisions that Operation Beaconport looks at."""


@dataclass(frozen=True)
class Rule:
    """One rule. reason: plain English, as a panel reads it. against: what speaks against, so far as a rule can know.

    kind: `entry` (admits to the review), `dropped`, `downgraded`, `law`, `undone` (what was not done), `since` (what
    was learned since), `child` (a child treated as an offender). weight: how far it moves a case up the first queue.
    shows: facts told beside those that fired.
    """

    name: str
    version: str
    kind: str
    reason: str
    against: str
    when: Condition
    weight: float
    shows: tuple[str, ...] = ()


_CHILD = AllOf(Yes("sexual"), Yes("child_victim"))
_AGES = ("victim_age_low", "victim_age_high")
_SUSPECT_AGES = ("suspect_age_low", "suspect_age_high")
_TWO = Between("suspects", low=2)
_LOG_NAMES_TWO = Yes("note_second_person")
_DROPPED = AnyOf(
    OneOf("outcome", NO_FURTHER_ACTION),
    AllOf(OneOf("outcome", frozenset({"14", "18"})), _LOG_NAMES_TWO),
    AllOf(OneOf("outcome", frozenset({"5"})), Not(Yes("suspects_all_dead"), ("suspects_all_dead",))),
    AllOf(OneOf("outcome", OUT_OF_COURT), Yes("penetrative")),
)
"""A suspect existed and nobody was charged; of a penetrative offence against a child, also an outcome out of court."""

_DOWNGRADED = AnyOf(
    Yes("class_lowered"), Yes("charge_dropped"), Yes("group_flag_removed"), Yes("cancelled"), Yes("not_confirmed"),
    Yes("rape_lowered"), AllOf(_LOG_NAMES_TWO, Between("suspects", high=1)),
)  # fmt: skip


def rules(window: tuple[date, date] = WINDOW) -> tuple[Rule, ...]:
    """Every rule, in the order in which its hits are told. window: first and last day of the decisions looked at."""
    in_window = Between("outcome_on", *window)
    alive = Not(Yes("suspects_all_dead"), ("suspects_all_dead",))
    new = Not(Yes("reviewed_before"), ("reviewed_before",))
    entry = AllOf(_CHILD, in_window, _DROPPED, AnyOf(_TWO, _LOG_NAMES_TWO), alive, new)
    return (
        Rule(
            "closed-group-case", "1", "entry",
            "Closed without a charge inside the window; two or more suspects, identified or not, are recorded or named "
            "in the log; a suspect may be alive; nobody reviewed it before; the victim was or may have been a child.",
            "That several people are named does not say that each of them can be traced.", entry, 3, _AGES,
        ),
        Rule(
            "closed-without-charge", "1", "dropped",
            "A sexual offence against somebody who was or may have been a child was closed without a charge inside the "
            "window.",
            "Many such cases were closed for good reasons.", AllOf(_CHILD, in_window, _DROPPED), 1, _AGES,
        ),
        *_downgrades(),
        *_law(),
        *_undone(),
        *_since(),
        Rule(
            "consent-used-against-child", "1", "dropped",
            "The victim was or may have been under 16, the case was dropped or downgraded, and a note or the closing "
            "reason gives consent, love or a relationship as the reason. A child under 16 cannot consent in law.",
            "The words may report what somebody said, or say that there was no consent. Read them in their place.",
            AllOf(Yes("sexual"), Yes("victim_under_16"), AnyOf(_DROPPED, _DOWNGRADED), Yes("consent_given_as_reason")),
            3, (*_AGES, "consent_in_closing_reason", "closed_reason"),
        ),
    )  # fmt: skip


def _downgrades() -> Sequence[Rule]:
    return (
        Rule("class-lowered", "1", "downgraded",
             "The offence was moved to a lesser class, or to no crime at all.",
             "A first class may have been a slip.", AllOf(_CHILD, Yes("class_lowered")), 2, ("ho_class",)),
        Rule("charge-dropped", "1", "downgraded",
             "There was a charge, and the case ended without one: no further action, out of court, or the charge was "
             "discontinued.",
             "A charge may end because another charge took its place.", AllOf(_CHILD, Yes("charge_dropped")), 2,
             ("outcome",)),
        Rule("group-removed", "1", "downgraded",
             "The mark of a group was taken away, or the log names a second person and the record holds one suspect or "
             "none.",
             "The second person in the log may be a witness.",
             AllOf(_CHILD, AnyOf(Yes("group_flag_removed"), AllOf(_LOG_NAMES_TWO, Between("suspects", high=1)))), 2,
             ("suspects",)),
        Rule("cancelled", "1", "downgraded", "The crime was cancelled.",
             "A crime may be cancelled because it is recorded elsewhere: look for the other record.",
             AllOf(_CHILD, Yes("cancelled")), 2),
        Rule("rape-not-confirmed", "1", "downgraded",
             "A report was recorded as N100: a reported rape that is not, or not yet, confirmed as a crime.",
             "Information may show that no crime took place.", AllOf(_CHILD, Yes("not_confirmed")), 2),
        Rule("rape-lowered", "1", "downgraded",
             "Rape was recorded or charged, and a lesser offence was recorded, charged, substituted or accepted as a "
             "plea.",
             "The lesser offence may be what the law then gave. Cases that were charged are here too.",
             AllOf(_CHILD, Yes("rape_lowered")), 3, ("ho_class", "charged")),
    )  # fmt: skip


def _law() -> Sequence[Rule]:
    adult = AllOf(Yes("penetrative"), Yes("adult_suspect"), Not(Yes("under_18_offence")))
    outside = AnyOf(Not(Yes("rape_class"), ("ho_class",)), Yes("charged_outside_rape"))
    eligible = AllOf(Yes("victim_under_16"), adult, outside)
    against = (
        "The law at the time may have given this class. This is a prompt, not a statement that a charge was wrong."
    )
    ages = (*_AGES, *_SUSPECT_AGES, "ho_class")
    return (
        Rule("rape-eligible", "1", "law",
             "Penetrative activity by an adult with somebody who was or may have been under 16 is recorded or charged "
             "as something other than rape. Recommendation 1 would make it rape.", against, eligible, 2, ages),
        Rule("rape-eligible-under-13", "1", "law",
             "Penetrative activity by an adult with somebody who was or may have been under 13 is recorded or charged "
             "as something other than rape. A child under 13 cannot consent under the law since 2004.", against,
             AllOf(eligible, Yes("victim_under_13")), 3, ages),
    )  # fmt: skip


def _undone() -> Sequence[Rule]:
    closed = AllOf(_CHILD, AnyOf(_DROPPED, _DOWNGRADED))
    return (
        Rule("suspect-never-interviewed", "1", "undone",
             "A suspect is named and no interview is recorded, or the log says that one was not interviewed.",
             "An interview may be recorded in another system.",
             AllOf(closed, AnyOf(Between("suspects_not_interviewed", low=1), Yes("note_not_interviewed"))), 1.5),
        Rule("account-not-taken", "1", "undone", "The log says that an account was not taken.",
             "It may have been taken later and not noted.", AllOf(closed, Yes("note_account_not_taken")), 2),
        Rule("open-action-at-closing", "1", "undone",
             "The log says that an action or a line of enquiry was open, and the case was closed.",
             "It may have been done later and not noted.", AllOf(closed, Yes("note_open_action")), 2),
        Rule("suspect-not-recorded", "1", "undone",
             "The log names a second person and no suspect at all is recorded.", "The person may be a witness.",
             AllOf(closed, _LOG_NAMES_TWO, Between("suspects", high=0)), 1),
    )  # fmt: skip


def _since() -> Sequence[Rule]:
    dropped = AllOf(_CHILD, AnyOf(_DROPPED, _DOWNGRADED))
    joined = "The records were joined by likeness: look at why they are thought to be one person."
    return (
        Rule("suspect-reported-again", "1", "since",
             "After this case was closed a suspect of it was reported for another child.", joined,
             AllOf(dropped, Between("later_child_reports", low=1)), 2),
        Rule("suspect-reported-in-another-force", "1", "since",
             "After this case was closed another force took a report of another child about a suspect of it.", joined,
             AllOf(dropped, Between("later_other_forces", low=1)), 3),
        Rule("suspect-in-a-group", "1", "since",
             "A suspect of this case is now seen to act together with others.", joined,
             AllOf(dropped, Yes("suspect_in_group")), 2),
        Rule("victim-recorded-as-offender", "1", "child",
             "A victim of this case, who was or may have been a child, is recorded as a suspect or offender too. "
             "Recommendation 3 asks for such cases.",
             "The other record may be of another time, and is no reason to doubt the child.",
             AllOf(_CHILD, Yes("victim_as_suspect")), 1),
    )  # fmt: skip


ADMITS = AllOf(Yes("sexual"), AnyOf(Yes("child_victim"), Unknown("child_victim")), Not(Unknown("outcome_on")))
"""Cases that ranking may bring up though no rule fired: closed, sexual, and the victim not known to be an adult."""
