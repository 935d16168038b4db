"""What a rule needs from other rows and other tables, found in whole frames (`joinedup.gate.facts`).

Only narrow tables of keys and facts are kept; the wide frames stay where they were read, however long they are.
`joinedup.gate.plain_facts` finds the same by walking rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals as nw

from joinedup.engine import Engine
from joinedup.engine.contract import Frame
from joinedup.gate.conditions import UNREAD
from joinedup.gate.plain_facts import IN_HAND, SUSPECT_ROLES, Terms
from joinedup.tables import Table
from joinedup.tables.records import STAGES

Frames = Mapping[str, Frame]

_PLACE = ("source_file", "source_row")


def with_facts(engine: Engine, table: Table, frames: Frames, first: Frames, roles: Frame | None) -> Frame:
    """The frame of `table` with every fact that the tables sent allow.

    frames: as they came, with the facts of received texts. first: the first row of each key of people and crimes.
    roles: roles with their own facts (`roles_with_facts`), when roles were sent.
    """
    frame = _marked(engine, frames[table.name], table)
    if table.name == "roles" and roles is not None:
        present = [name for name in _ROLE_FACTS if name in roles.collect_schema().names()]
        return frame.join(roles.select(*_PLACE, *present), on=list(_PLACE), how="left")
    if table.name == "person_records":
        return _suspected(engine, frame, frames, first, roles)
    if table.name == "crimes":
        return _counted(engine, frame, frames, first, roles)
    if table.name == "charges" and "crimes" in first:
        crimes = first["crimes"].select("crime_id", "offence_from")
        return frame.join(crimes, on="crime_id", how="left")
    return frame


def _marked(engine: Engine, frame: Frame, table: Table) -> Frame:
    """Mark rows that repeat the key of an earlier row; of people also those with its names, birth date and sex, and
    those with its forenames for a surname and the other way about.
    """
    told = {"duplicate": _repeats(engine, frame, table.key)}
    if table.name == "person_records":
        told["repeated"] = _repeats(engine, frame, ("system", "forenames", "surname", "dob", "sex"), ("sex",))
        told["swapped"] = _swapped(engine, frame)
    flags = [
        places.with_columns(*[nw.lit(int(other == mark)).alias(other) for other in told])
        for mark, places in told.items()
    ]
    marks = nw.concat(flags, how="vertical").group_by(*_PLACE).agg(*[(nw.col(m).max() == 1).alias(m) for m in told])
    joined = frame.join(engine.keep(marks), on=list(_PLACE), how="left")
    return joined.with_columns(nw.col(*told).fill_null(False))


def _swapped(engine: Engine, frame: Frame) -> Frame:
    """The places of every row with the forenames and surname of an earlier one exchanged."""
    names = frame.select(*_PLACE, "system", "forenames", "surname", "dob", nw.col("sex").fill_null(""))
    names = names.drop_nulls(["forenames", "surname", "dob"]).filter(nw.col("forenames") != nw.col("surname"))
    names = names.with_columns(_one_place().alias("gate:place")).drop(*_PLACE)
    turned = names.rename({"forenames": "surname", "surname": "forenames", "gate:place": "gate:other"})
    both = names.join(turned, on=["system", "forenames", "surname", "dob", "sex"], how="inner")
    later = both.filter(nw.col("gate:other") < nw.col("gate:place")).select("gate:place").unique()
    at = frame.select(*_PLACE, _one_place().alias("gate:place"))
    return engine.keep(at.join(engine.keep(later), on="gate:place", how="inner").select(*_PLACE))


def _one_place() -> nw.Expr:
    """File and row as one text that stands in their order."""
    return nw.concat_str(nw.col("source_file"), nw.col("source_row").cast(nw.String()).str.zfill(12), separator="\t")


def first_rows(engine: Engine, frame: Frame, key: str, columns: Sequence[str]) -> Frame:
    """The first row of each key, by file and row; rows without a key are left out."""
    narrow = frame.select(*_PLACE, key, *columns).filter(~nw.col(key).is_null())
    return engine.keep(narrow.join(_repeats(engine, frame, (key,)), on=list(_PLACE), how="anti").drop(*_PLACE))


def _repeats(engine: Engine, frame: Frame, keys: Sequence[str], may_lack: Sequence[str] = ()) -> Frame:
    """The places of every row but the first with a key that is whole. `may_lack`: keys that are empty when missing."""
    filled = [nw.col(k).fill_null("") if k in may_lack else nw.col(k) for k in keys]
    whole = frame.select(*_PLACE, *filled).drop_nulls(list(keys))
    several = whole.group_by(*keys).agg(nw.len().alias("gate:n")).filter(nw.col("gate:n") > 1).drop("gate:n")
    among = engine.keep(whole.join(several, on=list(keys), how="inner").with_columns(_one_place().alias("gate:place")))
    firsts = among.group_by(*keys).agg(nw.col("gate:place").min().alias("gate:first"))
    again = among.join(firsts, on=list(keys), how="inner").filter(nw.col("gate:place") != nw.col("gate:first"))
    return engine.keep(again.select(*_PLACE))


# Roles

_ROLE_FACTS = (
    "also_victim", "named", "known", "offence_from", "crime_recorded_on", "offence_found", "offence_age_low",
    "offence_age_high", "recorded_age_high",
)  # fmt: skip


def roles_with_facts(engine: Engine, frames: Frames, first: Frames, terms: Terms) -> Frame | None:
    """Roles with their own facts, which those of people and crimes are made from; `gate:suspect` says which may be a
    suspect's: of new records also one that is empty or cannot be read.
    """
    if "roles" not in frames:
        return None
    new = nw.lit(terms.mode == "new")
    suspect = nw.col("role").is_in(SUSPECT_ROLES).fill_null(new)
    roles = frames["roles"].select(
        *_PLACE, "crime_id", "record_id", "role", "stage", "stage_on", "stated_age", "age_low",
        suspect.alias("gate:suspect"), _known(frames["roles"], new).alias("known"),
    )  # fmt: skip
    victims = roles.filter(nw.col("role") == "victim").select("crime_id", "record_id").unique()
    roles = _hit(roles, victims, ("crime_id", "record_id"), "also_victim")
    if "person_records" in first:
        nameless, undated = nw.col("surname").is_null(), nw.col("dob").is_null()
        people = first["person_records"].with_columns(
            (~(nameless & undated)).alias("named"), (~(nameless | undated)).alias("gate:full")
        )
        roles = roles.join(people.drop("surname"), on="record_id", how="left")
        roles = roles.with_columns(nw.col("named").fill_null(False), nw.col("known") | _false(nw.col("gate:full")))
    if "crimes" in first:
        crimes = first["crimes"].rename({"recorded_on": "crime_recorded_on"})
        roles = roles.join(crimes, on="crime_id", how="left")
    if "crimes" in first and "person_records" in first:
        roles = _aged(roles)
    return engine.keep(roles)


def _known(roles: Frame, new: nw.Expr) -> nw.Expr:
    """Whether it is known whom a role is about, by the role: a cell of its stage that nobody can read may say of a new
    record that the person is in custody.
    """
    known = nw.col("identified").fill_null(True) | _false(nw.col("stage").is_in(IN_HAND))
    odd = UNREAD + "stage"
    return known | (_false(nw.col(odd)) & new) if odd in roles.collect_schema().names() else known


def _false(condition: nw.Expr) -> nw.Expr:
    return condition.fill_null(False)


def _hit(frame: Frame, keys: Frame, on: Sequence[str], mark: str) -> Frame:
    """Mark the rows whose key is among `keys`."""
    joined = frame.join(keys.with_columns(nw.lit(True).alias(mark)), on=list(on), how="left")
    return joined.with_columns(nw.col(mark).fill_null(False))


def _aged(roles: Frame) -> Frame:
    last = nw.coalesce("offence_to", "offence_from")
    exact = nw.col("dob_precision").fill_null("day") == "day"
    low, high = _age(nw.col("offence_from")), _age(last)
    return roles.with_columns(
        nw.when(exact).then(low).otherwise(low - 1).alias("offence_age_low"),
        high.alias("offence_age_high"),
        nw.coalesce(_age(nw.col("crime_recorded_on")), high).alias("recorded_age_high"),
    )


def _age(day: nw.Expr) -> nw.Expr:
    """Whole years by the calendar; null before birth."""
    born = nw.col("dob")
    return nw.when(day >= born).then((_written(day) - _written(born)) // 10_000)


def _written(day: nw.Expr) -> nw.Expr:
    return day.dt.year().cast(nw.Int64()) * 10_000 + day.dt.month().cast(nw.Int64()) * 100 + day.dt.day()


# People


def _suspected(engine: Engine, people: Frame, frames: Frames, first: Frames, roles: Frame | None) -> Frame:
    if roles is None and "charges" not in frames:
        return people.with_columns(nw.lit(True).alias("suspected"))
    facts = engine.keep(_of_records(frames, first, roles))
    people = people.join(facts, on="record_id", how="left")
    if roles is None:
        return people.with_columns(nw.lit(True).alias("suspected"), _false(nw.col("born_on_event")))
    sent = engine.keep(_systems(frames).with_columns(nw.lit(True).alias("gate:sent")))
    people = people.join(sent, left_on="system", right_on="gate:system", how="left")
    referred = nw.when(nw.col("gate:sent").fill_null(False)).then(nw.col("referred_to").fill_null(False))
    return people.with_columns(
        nw.col("suspected", "harmed", "role_unread", "born_on_event").fill_null(False), referred.alias("referred_to")
    ).drop("gate:sent")


def _systems(frames: Frames) -> Frame:
    """Systems that sent anything which names a person record: only there is a record that nothing names an orphan."""
    named = [frames[t].select("record_id") for t in ("roles", "charges", "contacts") if t in frames]
    first = nw.col("record_id").str.split(":").list.get(0)
    system = nw.when(nw.col("record_id").str.contains(":", literal=True)).then(first).otherwise(nw.lit(""))
    keyed = nw.concat(named, how="vertical").filter(~nw.col("record_id").is_null())
    return keyed.select(system.alias("gate:system")).unique()


def _of_records(frames: Frames, first: Frames, roles: Frame | None) -> Frame:
    """Facts by person record, from roles, charges and contacts one below the other."""
    ages = roles is not None and "offence_age_low" in roles.collect_schema().names()
    tall = [] if roles is None else [_told_by_roles(roles, ages=ages)]
    if "charges" in frames:
        tall.append(_told_by_charges(frames["charges"], first["person_records"]))
    if "contacts" in frames:
        columns = ("suspected", "harmed", "role_unread", "stage_rank", "stage_on", "born_on_event", "youngest_age")
        tall.append(frames["contacts"].select("record_id", *_nothing(*columns)))
    every = nw.concat(tall, how="vertical").filter(~nw.col("record_id").is_null())
    found = every.group_by("record_id").agg(
        nw.col("suspected", "harmed", "role_unread", "stage_rank", "stage_on", "born_on_event").max(),
        nw.col("youngest_age").min(),
    )
    always = [_false(nw.col(name) == 1).alias(name) for name in ("suspected", "born_on_event")]
    of_roles = [_false(nw.col(name) == 1).alias(name) for name in ("harmed", "role_unread")]
    of_roles.append(nw.lit(True).alias("referred_to"))
    return found.select(
        "record_id", "stage_on", *(["youngest_age"] if ages else []), _stage().alias("stage"),
        *always, *(of_roles if roles is not None else []),
    )  # fmt: skip


def _told_by_charges(charges: Frame, people: Frame) -> Frame:
    """Whoever is charged is a suspect who was there to be asked, whatever the roles say."""
    born = people.select("record_id", "dob")
    dated = charges.select("record_id", "charged_on").join(born, on="record_id", how="left")
    return dated.select(
        "record_id",
        nw.lit(1, nw.Int64()).alias("suspected"), *_nothing("harmed", "role_unread"),
        nw.lit(STAGES.index("charged"), nw.Int64()).alias("stage_rank"), nw.col("charged_on").alias("stage_on"),
        _yes(nw.col("charged_on") == nw.col("dob")).alias("born_on_event"), *_nothing("youngest_age"),
    )  # fmt: skip


def _told_by_roles(roles: Frame, *, ages: bool) -> Frame:
    suspect = nw.col("gate:suspect")
    events = ["stage_on", *(["crime_recorded_on"] if "crime_recorded_on" in roles.collect_schema().names() else [])]
    born = nw.any_horizontal(*[nw.col(day) == nw.col("dob") for day in events], ignore_nulls=True)
    youngest = nw.col("offence_age_low") if ages else nw.lit(None, nw.Int64())
    return roles.select(
        "record_id",
        _yes(suspect & nw.col("known")).alias("suspected"),
        _yes(nw.col("role") == "victim").alias("harmed"),
        nw.col("role").is_null().cast(nw.Int64()).alias("role_unread"),
        nw.when(suspect).then(_rank()).alias("stage_rank"),
        nw.when(suspect & nw.col("stage").is_in(IN_HAND)).then(nw.col("stage_on")).alias("stage_on"),
        _yes(born).alias("born_on_event"),
        youngest.alias("youngest_age"),
    )


def _yes(condition: nw.Expr) -> nw.Expr:
    return condition.fill_null(False).cast(nw.Int64())


def _nothing(*names: str) -> list[nw.Expr]:
    return [nw.lit(None, nw.Date() if name == "stage_on" else nw.Int64()).alias(name) for name in names]


def _rank() -> nw.Expr:
    rank = nw.lit(None, nw.Int64())
    for place, stage in enumerate(STAGES):
        rank = nw.when(nw.col("stage") == stage).then(nw.lit(place, nw.Int64())).otherwise(rank)
    return rank


def _stage() -> nw.Expr:
    stage = nw.lit(None, nw.String())
    for place, name in enumerate(STAGES):
        stage = nw.when(nw.col("stage_rank") == place).then(nw.lit(name)).otherwise(stage)
    return stage


# Crimes


def _counted(engine: Engine, crimes: Frame, frames: Frames, first: Frames, roles: Frame | None) -> Frame:
    parts = [_noted(frames["notes"])] if "notes" in frames else []
    with_people = "person_records" in first
    if roles is not None:
        suspects = engine.keep(_suspects(roles, with_people=with_people))
        victims = engine.keep(roles.filter((nw.col("role") == "victim") & ~nw.col("crime_id").is_null()))
        parts += [_suspect_counts(suspects, with_people=with_people), _victims(victims), _sharing(suspects, victims)]
        parts += [_fitting(victims)] if with_people else []
        parts.append(_unread_roles(roles))
    for part in parts:
        crimes = crimes.join(engine.keep(part), on="crime_id", how="left")
    names = crimes.collect_schema().names()
    zeros = [n for n in ("suspects", "known_suspects", "suspects_with_ethnicity", "victims") if n in names]
    noes = [n for n in ("notes_several", "notes_open", "shares_victim", "roles_unread") if n in names]
    filled = [nw.col(n).fill_null(0) for n in zeros] + [nw.col(n).fill_null(False) for n in noes]
    return crimes.with_columns(*filled) if filled else crimes


def _unread_roles(roles: Frame) -> Frame:
    unread = roles.filter(nw.col("role").is_null() & ~nw.col("crime_id").is_null())
    return unread.select("crime_id").unique().with_columns(nw.lit(True).alias("roles_unread"))


def _suspect_counts(suspects: Frame, *, with_people: bool) -> Frame:
    wanted = {"known": "known_suspects"} | ({"with_ethnicity": "suspects_with_ethnicity"} if with_people else {})
    sums = [nw.col(name).sum().cast(nw.Int64()).alias(fact) for name, fact in wanted.items()]
    return suspects.group_by("crime_id").agg(nw.len().cast(nw.Int64()).alias("suspects"), *sums)


def _suspects(roles: Frame, *, with_people: bool) -> Frame:
    """One row for each suspect of each crime."""
    keyed = roles.filter(
        nw.col("role").is_in(SUSPECT_ROLES) & ~nw.col("crime_id").is_null() & ~nw.col("record_id").is_null()
    )
    known = nw.col("known").cast(nw.Int64())
    known_ethnicity = _yes(nw.col("has_ethnicity")) if with_people else nw.lit(0, nw.Int64())
    made = keyed.with_columns(known.alias("known"), (known * known_ethnicity).alias("with_ethnicity"))
    return made.group_by("crime_id", "record_id").agg(nw.col("known").max(), nw.col("with_ethnicity").max())


def _victims(victims: Frame) -> Frame:
    stated = nw.coalesce("stated_age", "age_low")
    ages = "offence_age_low" in victims.collect_schema().names()
    lowest = nw.coalesce(nw.col("offence_age_low"), stated) if ages else stated
    counted = victims.filter(~nw.col("record_id").is_null()).select("crime_id", "record_id").unique()
    number = counted.group_by("crime_id").agg(nw.len().cast(nw.Int64()).alias("victims"))
    youngest = (
        victims.with_columns(lowest.alias("gate:age"))
        .group_by("crime_id")
        .agg(nw.col("gate:age").min().alias("youngest_victim"))
    )
    return youngest.join(number, on="crime_id", how="left")


def _fitting(victims: Frame) -> Frame:
    """Whether some victim may be of the age the offence is about. Null where the offence is about any age."""
    low, high = nw.col("victim_age_low").fill_null(0), nw.col("victim_age_high").fill_null(999)
    youngest, oldest = nw.col("offence_age_low"), nw.col("offence_age_high")
    about = ~(nw.col("victim_age_low").is_null() & nw.col("victim_age_high").is_null())
    may_be = ~((youngest > high).fill_null(False) | (oldest < low).fill_null(False))
    fits = victims.filter(about).with_columns(may_be.cast(nw.Int64()).alias("victim_fits"))
    return fits.group_by("crime_id").agg((nw.col("victim_fits").max() == 1).alias("victim_fits"))


def _sharing(suspects: Frame, victims: Frame) -> Frame:
    """Crimes with one suspect whose victim is also the victim of another one suspect's crime."""
    alone = suspects.group_by("crime_id").agg(nw.len().alias("n"), nw.col("record_id").min().alias("suspect"))
    alone = alone.filter(nw.col("n") == 1).select("crime_id", "suspect")
    pairs = victims.filter(~nw.col("record_id").is_null()).select("crime_id", "record_id").unique()
    pairs = pairs.join(alone, on="crime_id", how="inner")
    per_victim = pairs.select("record_id", "suspect").unique().group_by("record_id").agg(nw.len().alias("n"))
    several = per_victim.filter(nw.col("n") > 1).select("record_id")
    shared = pairs.join(several, on="record_id", how="inner").select("crime_id").unique()
    return shared.with_columns(nw.lit(True).alias("shares_victim"))


def _noted(notes: Frame) -> Frame:
    made = notes.filter(~nw.col("crime_id").is_null()).select(
        "crime_id", _yes(nw.col("says_several")).alias("several"), _yes(nw.col("says_open")).alias("open")
    )
    return made.group_by("crime_id").agg(
        (nw.col("several").max() == 1).alias("notes_several"), (nw.col("open").max() == 1).alias("notes_open")
    )


def marked_seen(engine: Engine, frame: Frame, seen: Frame, key: str) -> Frame:
    """Mark the rows whose key an earlier run took from another file. seen: the key and `source_file`."""
    earlier = seen.select(key, nw.col("source_file").alias("gate:file"))
    again = frame.select(key, *_PLACE).join(earlier, on=key, how="inner")
    again = again.filter(nw.col("source_file") != nw.col("gate:file")).select(*_PLACE).unique()
    return _hit(frame, engine.keep(again), _PLACE, "seen_before")


def dangling(frame: Frame, keys: Frames, table: Table) -> Frame:
    """Mark rows that name a crime or person record that is not among the accepted `keys`."""
    for name, key, mark in (("crimes", "crime_id", "no_crime"), ("person_records", "record_id", "no_person")):
        if name in keys and key in table:
            frame = _hit(frame, keys[name], (key,), "gate:hit")
            frame = frame.with_columns((~nw.col("gate:hit") & ~nw.col(key).is_null()).alias(mark)).drop("gate:hit")
    return frame
