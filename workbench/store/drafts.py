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
    from collections.abc import Iterator, Sequence

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
        best = _save_matches(db, drafts, at, run_id)
        taken = _take(db, best, at)
        found = [(d.unit.unit_id, ENGINE_FINDING, d.findings) for d in drafts]
        found += [
            (draft.unit.unit_id, finding.name, [finding])
            for draft in drafts
            if draft.candidates
            for finding in draft.candidates[0].findings
        ]
        save_findings(db, found)
    return taken


def _take(db: Database, best: Sequence[tuple[int, int]], at: str) -> int:
    """Give units their drafts: best are (match, the unit's version); returns how many took theirs.

    One statement for all: the full-text index writes what it holds at the end of each statement.
    """
    taken = db.conn.execute(
        """UPDATE units SET target = m.text, state = 'translated', sub_state = 'wb:' || m.type,
          origin = m.origin, score = m.score, match_id = m.id, version = version + 1, updated_at = ?
        FROM json_each(?) wanted JOIN matches m ON m.id = json_extract(wanted.value, '$[0]')
        WHERE units.id = m.unit_id AND units.version = json_extract(wanted.value, '$[1]')
          AND units.updated_by = '' RETURNING units.id""",
        (at, json.dumps(best)),
    ).fetchall()
    db.conn.execute(  # what was found before was about another text
        "DELETE FROM findings WHERE id IN (SELECT f.id FROM json_each(?) wanted"
        " CROSS JOIN findings f ON f.unit_id = wanted.value)",
        (json.dumps([unit_id for (unit_id,) in taken]),),
    )
    return len(taken)


def _save_matches(
    db: Database, drafts: Sequence[UnitDraft], at: str, run_id: int
) -> list[tuple[int, int]]:
    """Store the candidates that are new; returns each unit's best match with the unit's version."""
    known = _known_matches(db, [draft.unit.unit_id for draft in drafts])
    (number,) = db.conn.execute("SELECT coalesce(max(id), 0) FROM matches").fetchone()
    best, new = [], []
    # in the order of units: what is written in order is written fast
    for draft in sorted(drafts, key=lambda draft: draft.unit.unit_id):
        unit = draft.unit
        for candidate in draft.candidates:
            for key, row in _rows(unit.unit_id, candidate, at, run_id):
                if key not in known:
                    number += 1
                    known[key] = number
                    new.append((number, *row))
        if draft.candidates:
            best.append((known[_key(unit.unit_id, draft.candidates[0])], unit.version))
    db.conn.executemany(
        "INSERT INTO matches (id, unit_id, type, origin, text, similarity, match_quality, score,"
        " signature, created_at, run_id, request, links, lang)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new,
    )
    return best


# A unit, a signature ("" for a pivot text), a language ("" for the target's), a text: kept once.
_Key = tuple[int, str, str, str]


def _known_matches(db: Database, unit_ids: Sequence[int]) -> dict[_Key, int]:
    rows = db.conn.execute(
        "SELECT unit_id, iif(lang = '', signature, ''), lang, text, id FROM matches"
        " WHERE unit_id IN (SELECT value FROM json_each(?)) ORDER BY id DESC",
        (json.dumps(unit_ids),),
    )
    return {tuple(key): number for *key, number in rows}


def _key(unit_id: int, candidate: Candidate) -> _Key:
    return unit_id, candidate.signature, "", candidate.hypothesis.text


def _rows(
    unit_id: int, candidate: Candidate, at: str, run_id: int
) -> Iterator[tuple[_Key, tuple[object, ...]]]:
    """The rows of a candidate, with the text that it went through first."""
    hypothesis = candidate.hypothesis
    made = (candidate.signature, at, run_id, candidate.request)
    for pivot_lang, text in candidate.pivots:
        yield (
            (unit_id, "", pivot_lang, text),
            (unit_id, "mt", candidate.origin, text, None, None, None, *made, "", pivot_lang),
        )
    kind = "mt" if hypothesis.similarity is None else "tm"
    worth = (hypothesis.similarity, candidate.quality, hypothesis.score)
    yield (
        _key(unit_id, candidate),
        (unit_id, kind, candidate.origin, hypothesis.text, *worth, *made, candidate.links, ""),
    )


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
        pivots: dict[int, dict[str, str]] = {}
        for request, text, score, pivot_lang in rows:
            if pivot_lang:
                pivots.setdefault(request, {})[pivot_lang] = text
            else:
                found.setdefault(request, []).append(Hypothesis(text, score))
        return {
            r: Draft(tuple(mine), pivots=tuple(pivots.get(r, {}).items()))
            for r, mine in found.items()
        }

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
