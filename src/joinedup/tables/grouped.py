"""The tables about groups: who is in one, what ties it, who sees it alone, and what became of it. Never released."""

from __future__ import annotations

from joinedup.tables.columns import DATE, NUMBER, TEXT, TEXTS, WHOLE, YES_NO, Column, Table

IICSA = "IICSA, Child sexual exploitation by organised networks, 2022"

_GROUP = Column("group_id", TEXT, "The group: people acting together. Says nothing about them.", required=True)

GROUP_SUMMARIES = Table(
    "group_summaries",
    "a group",
    ("group_id",),
    (
        _GROUP,
        Column("suspects", WHOLE, "People suspected who are identified.", required=True),
        Column("unidentified", WHOLE, "Suspects whom nobody identified: the most that one incident names.", IICSA),
        Column("children", WHOLE, "Children harmed. They are never members."),
        Column("incidents", WHOLE, "What happened, each once, whichever systems tell of it."),
        Column("crimes", WHOLE, "Crimes, as systems recorded them."),
        Column("single_suspect_crimes", WHOLE, "Crimes recorded with one suspect."),
        Column("unflagged_crimes", WHOLE, "Crimes not flagged as child sexual exploitation."),
        Column("open_crimes", WHOLE, "Crimes without an outcome, of those whose system keeps outcomes."),
        Column("closed_crimes", WHOLE, "Crimes with an outcome."),
        Column("forces", TEXTS, "Forces that hold a part."),
        Column("systems", TEXTS, "Systems that hold a part."),
        Column("first_on", DATE, "First offence day, or day recorded where none is known."),
        Column("last_on", DATE, "Last such day."),
        Column("definitions_met", TEXTS, "Definitions of group-based offending that it meets, by name.", IICSA),
        Column("definitions_not_met", TEXTS, "Those that it does not meet."),
        Column("seen_by_one_system", YES_NO, "Whether any one system would find any two of its suspects."),
        Column("ties_alone", WHOLE, "Ties without which it falls apart."),
        Column("stands_strictly", YES_NO, "Whether it is found when records are joined strictly; null if not asked."),
        Column("doubtful_people", WHOLE, "People of it whose records a strict joining parts."),
    ),
)

GROUP_MEMBERS = Table(
    "group_members",
    "somebody in a group, suspected or harmed",
    ("group_id", "person_id"),
    (
        _GROUP,
        Column("person_id", TEXT, "The person.", required=True),
        Column("role", TEXT, "Part in the group.", values=("suspect", "child harmed"), required=True),
        Column(
            "also_suspected", YES_NO, "Of a child harmed: whether also recorded as a suspect. Look at it with care."
        ),
        Column("by", TEXT, "What they are in it by.", values=("crimes", "contacts"), required=True),
        Column("crimes", WHOLE, "Crimes of the group in which they have that part."),
        Column("systems", TEXTS, "Systems that hold those crimes."),
        Column("first_on", DATE, "First day of those."),
        Column("last_on", DATE, "Last day of those."),
        Column("doubtful", YES_NO, "Whether a strict joining would part their records; null if not asked."),
        Column("why", TEXT, "What ties them to the group, in words.", personal=True),
    ),
)

GROUP_CRIMES = Table(
    "group_crimes",
    "a crime of a group",
    ("group_id", "crime_id"),
    (
        _GROUP,
        Column("crime_id", TEXT, "The crime.", required=True),
        Column("incident", TEXT, "First crime of the same incident; several systems may tell of one.", required=True),
        Column("on", DATE, "First day of the incident."),
        Column("suspects", WHOLE, "Suspects whom it names, identified or not."),
        Column("children", WHOLE, "Children harmed whom it names."),
        Column("flagged", YES_NO, "Whether it is flagged as child sexual exploitation; null where nothing is said."),
        Column("outcome", TEXT, "Its outcome; `0` for none yet.", codes="outcome"),
    ),
)

GROUP_TIES = Table(
    "group_ties",
    "a tie between two incidents of a group",
    ("group_id", "crime_id_l", "crime_id_r"),
    (
        _GROUP,
        Column("crime_id_l", TEXT, "First crime of the one incident.", required=True),
        Column("crime_id_r", TEXT, "First crime of the other.", required=True),
        Column("shares", TEXTS, "Kinds of thing that they share, such as `child` or `phone`.", required=True),
        Column("on", DATE, "The later day of the two."),
        Column("days_apart", WHOLE, "Days between them; null where one day is not known."),
        Column("systems", TEXTS, "Systems that tell of either."),
        Column("bits", NUMBER, "Weight by rarity and time, above even odds; 6 decimals.", required=True),
        Column("alone", YES_NO, "Whether the group falls apart without it.", required=True),
    ),
)

GROUP_CONTACTS = Table(
    "group_contacts",
    "a phone, vehicle or place that ties somebody to another of the group",
    ("group_id", "kind", "value", "person_id"),
    (
        _GROUP,
        Column("kind", TEXT, "Kind of contact.", values=("phone", "vehicle", "place"), required=True),
        Column("value", TEXT, "The number, mark or place.", required=True, personal=True),
        Column("person_id", TEXT, "Who holds it.", required=True),
        Column("on", DATE, "Last day on which a record that holds it was made."),
        Column("systems", TEXTS, "Systems whose records hold it."),
        Column("bits", NUMBER, "Weight by rarity; 6 decimals.", required=True),
    ),
)

GROUP_HUBS = Table(
    "group_hubs",
    "a value that too many share to tie anybody, such as a police station's number",
    ("kind", "value"),
    (
        Column("kind", TEXT, "Kind of value.", values=("phone", "vehicle", "place", "scene", "crime"), required=True),
        Column("value", TEXT, "The value.", required=True, personal=True),
        Column("holders", WHOLE, "People who hold it; incidents of a scene; people of a crime.", required=True),
        Column("why", TEXT, "Why it ties nobody.", required=True),
    ),
)

GROUP_SIGHTS = Table(
    "group_sights",
    "what one system, or all systems of one force, hold of a group",
    ("group_id", "kind", "holder"),
    (
        _GROUP,
        Column("kind", TEXT, "Who holds it.", values=("system", "force"), required=True),
        Column("holder", TEXT, "The system or force.", required=True),
        Column("suspects", WHOLE, "Suspects of the group in its crimes of it."),
        Column("children", WHOLE, "Children harmed in them."),
        Column("crimes", WHOLE, "Its crimes of the group."),
        Column("first_on", DATE, "Day on which it first recorded one."),
        Column("sees", YES_NO, "Whether by its own records alone any two suspects are found together.", required=True),
    ),
)

GROUP_EVENTS = Table(
    "group_events",
    "what became of groups from one run to the next",
    ("number", "before", "after"),
    (
        Column("number", WHOLE, "The run that found it, counted from 1.", required=True),
        Column(
            "kind",
            TEXT,
            "What happened.",
            values=("began", "grew", "shrank", "changed", "split", "merged", "regrouped", "gone"),
            required=True,
        ),
        Column("before", TEXTS, "The groups before, in order."),
        Column("after", TEXTS, "The groups after, in order."),
        Column("came", WHOLE, "Crimes that came in.", required=True),
        Column("went", WHOLE, "Crimes that went out.", required=True),
    ),
)

GROUP_COUNTS = Table(
    "group_counts",
    "how many groups, suspects, children or crimes one system or force sees, and how many the joined view",
    ("measure", "area"),
    (
        Column("measure", TEXT, "What is counted.", required=True),
        Column("area", TEXT, "`all` joined, `any system`, or one, such as `system:x01-crime`.", required=True),
        Column("count", WHOLE, "The number; null where it must not leave."),
        Column("whole", WHOLE, "The same in the joined view; null where it must not leave."),
        Column("strict", WHOLE, "The number when records are joined strictly, of `all` alone."),
        Column("loose", WHOLE, "The number when they are joined loosely, of `all` alone."),
        Column("suppressed", YES_NO, "Whether a number was left out.", required=True),
    ),
)

GROUP_TABLES = (
    GROUP_SUMMARIES, GROUP_MEMBERS, GROUP_CRIMES, GROUP_TIES, GROUP_CONTACTS, GROUP_HUBS, GROUP_SIGHTS, GROUP_EVENTS,
    GROUP_COUNTS,
)  # fmt: skip
