"""Stores what engines and the memory drafted, and finds it again; never touches what a person did."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from workbench.model import Draft, Hypothesis
from workbench.store.database import now, writing
from workbench.store.hashing import text_hash
from workbench.store.similar import keys
from workbench.store.units import save_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from workbench.model import Candidate, Finding
    from workbench.store.units import PendingUnit

# The name under which an engine's own errors are kept among the findings.
ENGINE_FINDING = "engine"
# Words of a text by which others like it are found.
KEYS = 5


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """What was made for a unit: candidates, the one to take first, and findings of its engines."""

    unit: PendingUnit
    candidates: Sequence[Candidate]
    findings: Sequence[Finding] = ()


def save_drafts(db: Database, drafts: Sequence[UnitDraft], run_id: int) -> int:
    """Store a batch of drafts in one transaction; returns how many units took theirs.

    A unit that changed since it was read keeps what it has; its draft is still among its matches.
    """
    at = now()
    with writing(db):
        taken = sum(_save_draft(db, draft, at, run_id) for draft in drafts)
        found = [(d.unit.unit_id, ENGINE_FINDING, d.findings) for d in drafts]
        found += [
            (draft.unit.unit_id, finding.name, [finding])
            for draft in drafts
            if draft.candidates
            for finding in draft.candidates[0].findings
        ]
        save_findings(db, found)
    return taken


def _save_draft(db: Database, draft: UnitDraft, at: str, run_id: int) -> int:
    unit = draft.unit
    ids = [_match(db, unit.unit_id, candidate, at, run_id) for candidate in draft.candidates]
    if not ids:
        return 0
    best = draft.candidates[0]
    sub_state = "wb:mt" if best.hypothesis.similarity is None else "wb:tm"
    taken = db.conn.execute(
        """UPDATE units SET target = ?, state = 'translated', sub_state = ?, origin = ?, score = ?,
          match_id = ?, version = version + 1, updated_at = ?
        WHERE id = ? AND version = ? AND updated_by = ''""",
        (best.hypothesis.text, sub_state, best.origin, best.hypothesis.score, ids[0], at,
         unit.unit_id, unit.version),
    ).rowcount  # fmt: skip
    if taken:  # what was found before was about another text
        db.conn.execute("DELETE FROM findings WHERE unit_id = ?", (unit.unit_id,))
    return taken


def _match(db: Database, unit_id: int, candidate: Candidate, at: str, run_id: int) -> int:
    hypothesis = candidate.hypothesis
    known = db.conn.execute(
        "SELECT id FROM matches WHERE unit_id = ? AND signature = ? AND text = ? AND lang = ''",
        (unit_id, candidate.signature, hypothesis.text),
    ).fetchone()
    if known:
        return int(known[0])
    if candidate.pivot:
        _save_pivot(db, unit_id, candidate, at, run_id)
    cursor = db.conn.execute(
        "INSERT INTO matches (unit_id, type, origin, text, similarity, match_quality, score, signature,"
        " created_at, run_id, request, links) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (unit_id, "mt" if hypothesis.similarity is None else "tm", candidate.origin, hypothesis.text,
         hypothesis.similarity, candidate.quality, hypothesis.score, candidate.signature, at, run_id,
         candidate.request, candidate.links),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def _save_pivot(db: Database, unit_id: int, candidate: Candidate, at: str, run_id: int) -> None:
    pivot_lang, text = candidate.pivot or ("", "")
    db.conn.execute(
        "INSERT INTO matches (unit_id, type, origin, text, signature, created_at, run_id, request, lang)"
        " SELECT ?, 'mt', ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS"
        " (SELECT 1 FROM matches WHERE unit_id = ? AND lang = ? AND text = ?)",
        (unit_id, candidate.origin, text, candidate.signature, at, run_id, candidate.request,
         pivot_lang, unit_id, pivot_lang, text),
    )  # fmt: skip


class DraftReader:
    """Finds drafts and reviewed units over a connection of its own, for a thread beside the writer's."""

    def __init__(self, db: Database) -> None:
        (path,) = [row[2] for row in db.conn.execute("PRAGMA database_list") if row[1] == "main"]
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")

    def reviewed(
        self, source_lang: str, target_lang: str, sources: Sequence[str]
    ) -> dict[str, str]:
        """The latest text that people approved for each of these sources, where there is one."""
        rows = self._connection.execute(
            """SELECT s.text, u.target, max(u.updated_at) FROM segments s
            JOIN documents d ON d.id = s.document_id
            JOIN unit_segments us ON us.segment_id = s.id
            JOIN units u ON u.id = us.unit_id
            WHERE s.hash IN (SELECT value FROM json_each(?)) AND d.lang = ? AND +u.target_lang = ?
              AND +u.state IN ('reviewed', 'final')  -- plus: start from the hash, not from these
              AND (SELECT count(*) FROM unit_segments same WHERE same.unit_id = u.id) = 1
            GROUP BY s.text""",
            (json.dumps([text_hash(source) for source in sources]), source_lang, target_lang),
        )
        return {source: target for source, target, _ in rows}

    def has_reviewed(self, target_lang: str) -> bool:
        """Whether people approved anything in a language yet."""
        query = (
            "SELECT 1 FROM units WHERE target_lang = ? AND state IN ('reviewed', 'final') LIMIT 1"
        )
        return self._connection.execute(query, (target_lang,)).fetchone() is not None

    def like(
        self, source_lang: str, target_lang: str, source: str, limit: int = 100
    ) -> list[tuple[str, str]]:
        """(source, target) of reviewed units whose source shares rare words with a text.

        Of the text's longest words two must be there: the full-text index finds that without a
        look at each unit.  In scripts without spaces they are runs of three characters.
        """
        index, found = keys(source)
        if index == "segments_chars":  # runs of three characters that share none
            found = found[::3]
        if len(found) < 2:
            return []
        pairs = (f"({a} AND {b})" for a, b in combinations(found[:KEYS], 2))
        rows = self._connection.execute(
            f"""SELECT s.text, u.target FROM {index} f
            JOIN segments s ON s.id = f.rowid
            JOIN documents d ON d.id = s.document_id
            JOIN unit_segments us ON us.segment_id = s.id
            JOIN units u ON u.id = us.unit_id
            WHERE {index} MATCH ? AND length(s.text) BETWEEN ? AND ? AND d.lang = ?
              AND +u.target_lang = ? AND +u.state IN ('reviewed', 'final')
              AND (SELECT count(*) FROM unit_segments same WHERE same.unit_id = u.id) = 1
            LIMIT ?""",
            (" OR ".join(pairs), 0.7 * len(source), 1.4 * len(source), source_lang, target_lang,
             limit),
        )  # fmt: skip
        return list(rows)

    def recall(self, requests: Sequence[int]) -> dict[int, Draft]:
        """The stored drafts of these requests, with all their hypotheses, best first."""
        rows = self._connection.execute(
            """SELECT m.request, m.text, m.score, m.lang FROM matches m JOIN (
              SELECT request, min(unit_id) AS unit_id FROM matches
              WHERE request IN (SELECT value FROM json_each(?)) GROUP BY request) first
            ON first.request = m.request AND first.unit_id = m.unit_id ORDER BY m.id""",
            (json.dumps(list(requests)),),
        )
        found: dict[int, list[Hypothesis]] = {}
        pivots: dict[int, tuple[str, str]] = {}
        for request, text, score, pivot_lang in rows:
            if pivot_lang:
                pivots[request] = pivot_lang, text
            else:
                found.setdefault(request, []).append(Hypothesis(text, score))
        return {r: Draft(tuple(mine), pivot=pivots.get(r)) for r, mine in found.items()}

    def evidence(
        self, target_lang: str, origin: str, limit: int = 5000
    ) -> list[tuple[float | None, float]]:
        """(score, part kept 0-100) of an engine's drafts that people reviewed, the latest first."""
        rows = self._connection.execute(
            """SELECT m.score, r.edit_distance, max(length(m.text), length(u.target)) FROM units u
            JOIN matches m ON m.id = u.match_id
            JOIN revisions r ON r.unit_id = u.id AND r.version = (
              SELECT max(version) FROM revisions WHERE unit_id = u.id)
            WHERE u.target_lang = ? AND u.state IN ('reviewed', 'final') AND m.origin = ?
              AND r.edit_distance IS NOT NULL ORDER BY r.id DESC LIMIT ?""",
            (target_lang, origin, limit),
        )
        return [(score, 100.0 * (1 - edits / max(1, length))) for score, edits, length in rows]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
