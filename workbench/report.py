"""The step that sums up what is stored: progress, findings, edits; it only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import store

if TYPE_CHECKING:
    from workbench.store import Database


@dataclass(frozen=True, slots=True)
class Report:
    """Rows of each part, as dictionaries: for people to read and for machines as JSON."""

    documents: list[dict[str, Any]]
    progress: list[dict[str, Any]]
    origins: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    edits: list[dict[str, Any]]


def report(db: Database) -> Report:
    """The state of all current documents."""
    return Report(
        documents=store.documents(db),
        progress=store.progress(db),
        origins=store.rows(
            db,
            "SELECT target_lang, origin, count(*) AS units, round(avg(score), 3) AS mean_score"
            " FROM units JOIN documents d ON d.id = document_id"
            " WHERE origin <> '' AND d.replaced_by IS NULL GROUP BY 1, 2 ORDER BY 1, 2",
        ),
        findings=store.rows(
            db,
            "SELECT u.target_lang, f.name, f.severity, count(*) AS findings, min(f.unit_id) AS first_unit"
            " FROM findings f JOIN units u ON u.id = f.unit_id JOIN documents d ON d.id = u.document_id"
            " WHERE d.replaced_by IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        ),
        edits=store.rows(
            db,
            "SELECT target_lang, updated_by AS person, count(*) AS units,"
            " sum(edit_distance > 0) AS changed, round(avg(edit_distance), 1) AS mean_edit_distance,"
            " round(sum(seconds), 1) AS seconds FROM post_edits GROUP BY 1, 2 ORDER BY 1, 2",
        ),
    )
