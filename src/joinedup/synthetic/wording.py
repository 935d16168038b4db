"""Sentences of case logs and closing reasons. Procedure only: who was asked, told, sent or waited for; never what was
done to anyone.

A few sentences in `WORDING` speak of a child as records have spoken, so that the marks on wording have something to
find.
"""

from __future__ import annotations

OPENING = (
    "Initial report received and recorded.", "Report taken by telephone and passed to the district.",
    "Referral received from a partner agency.", "Crime recorded following review of the incident log.",
    "Allocated to the investigation team.", "Initial account recorded and saved to the case.",
    "Report received from a third party.", "Safeguarding referral submitted on the day of the report.",
)  # fmt: skip
ENQUIRIES = (
    "CCTV enquiries requested from the premises.", "Telephone data requested.",
    "Awaiting statement from the reporting person.", "Scene visited and found secure.",
    "Enquiries made with the local authority.", "Forensic submission authorised.",
    "House to house enquiries completed.", "Enquiries with the licensing team are continuing.",
    "Strategy meeting held with partners.", "Digital device submitted for examination.",
    "Witness contacted and a date arranged.", "Early advice sought from the prosecutor.",
    "Intelligence checks completed.", "Suspect interviewed under caution and released.",
    "File reviewed by a supervisor.",
)  # fmt: skip
CONTACT = (
    "Victim updated by telephone.", "Victim offered a referral to support services.", "Victim contact plan agreed.",
    "Social worker updated.", "Account arranged with an intermediary present.", "Parent updated at the home address.",
    "Achieving best evidence interview arranged.", "Contact attempted; no reply.",
)  # fmt: skip
SECOND_PERSON = (
    "A second male is mentioned in the account and has not been identified.",
    "Two persons are named in the initial account.", "The account refers to friends of the suspect who were present.",
    "A further suspect is to be identified from telephone data.",
)  # fmt: skip
OPEN_ACTION = (
    "Action raised to trace a witness; not completed.", "Action to obtain an account from the victim remains open.",
    "Suspect not yet interviewed.", "Telephone data not yet requested; action outstanding.",
    "Line of enquiry at the premises not followed up.", "Action to identify the vehicle remains outstanding.",
)  # fmt: skip
WORDING = (
    "Victim declined to engage.", "Victim is said to be in a relationship with the suspect.",
    "Child absconded from placement.", "Victim did not wish to cooperate with the investigation.",
    "Child is putting themselves at risk.", "Victim is said to have consented.",
    "Child is associating with older males.", "Victim is considered streetwise.", "No disclosure made.",
    "Child described as making lifestyle choices.",
)  # fmt: skip
ALTERED = ("Ethnicity field amended after first entry.",)
CLOSING = (
    "Filed pending further information.", "Case finalised by a supervisor.",
    "Victim informed of the outcome by letter.", "Prosecutor's decision received and recorded.",
    "Decision recorded and explained to the reporting person.",
)  # fmt: skip
SENTENCES = frozenset((*OPENING, *ENQUIRIES, *CONTACT, *SECOND_PERSON, *OPEN_ACTION, *WORDING, *ALTERED, *CLOSING))
"""Every sentence that a note may hold."""

AUTHORS = (
    "Investigating officer",
    "Reporting officer",
    "Supervisor",
    "Victim liaison officer",
    "Social worker",
    "Case administrator",
)

CLOSED_REASONS = {
    "1": ("Charged",), "2": ("Youth caution",), "3": ("Adult caution",), "4": ("Taken into consideration",),
    "5": ("Suspect has died",), "6": ("Penalty notice issued",), "7": ("Warning issued",),
    "8": ("Community resolution",), "9": ("Prosecution not in the public interest",),
    "10": ("Formal action not in the public interest",), "11": ("Suspect below the age of responsibility",),
    "12": ("Suspect too ill",), "13": ("Key witness not available",), "14": ("Evidential difficulties", "NFA"),
    "15": ("Evidential difficulties", "NFA", "Threshold test not met"),
    "16": ("Victim does not support", "NFA", "Evidential difficulties"), "17": ("Time limit expired",),
    "18": ("No suspect identified", "Undetected"), "19": ("Passed to national fraud bureau",),
    "20": ("Passed to another agency",), "21": ("Further investigation not in the public interest",),
    "22": ("Diversion",),
}  # fmt: skip

RECLASSIFIED = (
    "Reclassified on review",
    "Evidence supports a lesser class",
    "Supervisor's decision",
    "Registrar's decision",
)
NO_LONGER_A_CRIME = {
    "N100": "Not confirmed as a crime",
    "INCIDENT": "Recorded in error",
    "CONCERN FOR CHILD": "Dealt with as a concern for a child",
}
DISPOSALS = ("Custodial sentence", "Suspended sentence", "Community order", "Referral order")
ENDED = ("Not guilty verdict", "Discontinued", "No evidence offered")
