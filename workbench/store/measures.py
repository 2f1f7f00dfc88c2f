"""How people work, in numbers: by day and person, by engine, by text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.store.reading import rows

if TYPE_CHECKING:
    from sqlite_utils import Database

DAYS = 60


def work_report(db: Database, *, most_texts: int = -1) -> dict[str, list[dict[str, Any]]]:
    """All work by person, the latest 60 days of it, engines with judged drafts, progress by text."""
    return {
        "days": rows(
            db,
            "SELECT day, person, sum(units) AS units, sum(words) AS words, sum(seconds) AS seconds,"
            " round(sum(seconds) / nullif(sum(timed), 0), 1) AS seconds_per_unit,"
            " round(sum(edit_distance * units) / sum(units), 1) AS edit_distance, sum(accepted) AS accepted"
            " FROM daily_work WHERE day IN (SELECT DISTINCT substr(at, 1, 10) FROM revisions"
            " ORDER BY 1 DESC LIMIT ?) GROUP BY day, person ORDER BY day, person",
            (DAYS,),
        ),
        "persons": rows(
            db,
            "SELECT person, count(DISTINCT day) AS days, sum(units) AS units, sum(words) AS words,"
            " sum(seconds) AS seconds, round(sum(seconds) / nullif(sum(timed), 0), 1) AS seconds_per_unit,"
            " sum(accepted) AS accepted FROM daily_work GROUP BY person ORDER BY units DESC, person",
        ),
        "engines": rows(
            db,
            "SELECT *, round(100.0 * accepted_unchanged / judged, 1) AS accepted_percent"
            " FROM engine_acceptance ORDER BY judged DESC, origin",
        ),
        "texts": rows(
            db,
            "SELECT * FROM progress ORDER BY document_id, target_lang LIMIT ?",
            (most_texts,),
        ),
    }
