"""How people work, in numbers: by day and person, by engine, by text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.store.reading import rows

if TYPE_CHECKING:
    from sqlite_utils import Database

# The latest days with work, rows of them, and people that a report has at most; the view has them all.
DAYS = 60
MOST_ROWS = 2000
MOST_PEOPLE = 500


Rows = list[dict[str, Any]]

# Work by day and person, the latest first, and by person (without a day): the view, which reads every
# revision, is read once for both.
_SUMS = """sum(units) AS units, sum(words) AS words, sum(seconds) AS seconds,
  round(sum(seconds) / nullif(sum(timed), 0), 1) AS seconds_per_unit,
  round(sum(edit_distance * units) / sum(units), 1) AS edit_distance, sum(accepted) AS accepted"""
_WORK = f"""WITH work AS MATERIALIZED (SELECT * FROM daily_work)
SELECT * FROM (SELECT day, person, NULL AS days, {_SUMS} FROM work
  WHERE day IN (SELECT DISTINCT day FROM work ORDER BY day DESC LIMIT :days)
  GROUP BY day, person ORDER BY day DESC, person LIMIT :rows)
UNION ALL
SELECT * FROM (SELECT NULL, person, count(DISTINCT day), {_SUMS} FROM work
  GROUP BY person ORDER BY units DESC, person LIMIT :people)"""


def progress_page(db: Database, *, after: str = "", size: int = 100) -> tuple[Rows, str | None]:
    """Progress by text, and the key of the next page, None at the end; `after` is such a key."""
    document, _, lang = after.partition("~")
    texts = rows(
        db,
        "SELECT * FROM progress WHERE (document_id, target_lang) > (?, ?)"
        " ORDER BY document_id, target_lang LIMIT ?",
        (int(document) if document.isdecimal() and len(document) < 19 else -1, lang, size + 1),
    )
    last = texts[size - 1] if len(texts) > size else None
    return texts[:size], f"{last['document_id']}~{last['target_lang']}" if last else None


def work_report(db: Database) -> dict[str, Rows]:
    """Work by day and person, by person, and engines with judged drafts; reads all that people did."""
    found = rows(db, _WORK, {"days": DAYS, "rows": MOST_ROWS, "people": MOST_PEOPLE})
    days = [row for row in found if row["day"]]
    persons = [row for row in found if not row["day"]]
    for row in days:
        del row["days"]
    for row in persons:
        del row["day"], row["edit_distance"]
    engines = rows(
        db,
        "SELECT *, round(100.0 * accepted_unchanged / judged, 1) AS accepted_percent"
        " FROM engine_acceptance ORDER BY judged DESC, origin",
    )
    return {"days": days[::-1], "persons": persons, "engines": engines}
