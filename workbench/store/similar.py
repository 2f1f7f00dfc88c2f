"""Finds reviewed units whose source is like a text: the memory behind the review pages; only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import lang
from workbench.store.hashing import text_hash
from workbench.store.reading import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

# A word in more segments than this says little, and reading them all takes long.
COMMON = 1000
# Words to look for, and segments to compare.
MOST_WORDS = 8
MOST_COMPARED = 1000
# Where every word is common: how many of the longest must be there together, and segments to compare.
# Reading where more of them meet takes the longer, the more segments there are.
TOGETHER = 4
MOST_COMMON = 300
# Texts longer than this are compared by their beginning.
LONGEST = 2000


def similar(
    db: Database,
    source: str,
    source_lang: str,
    target_lang: str,
    *,
    except_unit: int = 0,
    least: float = 50.0,
    limit: int = 5,
) -> list[dict[str, Any]]:
    """Reviewed units with a source like this text, the most similar first.

    Rows have unit_id, source, target, state, updated_by, document, position and `similarity`, 0-100:
    the share of characters that both texts have in the same order (Indel).  Candidates share a rare
    word with the text, so the index and not the number of segments decides how long it takes.
    """
    from rapidfuzz import fuzz, process

    found = _candidates(db, source, source_lang, target_lang, except_unit)
    best = process.extract(
        source[:LONGEST],
        [row["source"][:LONGEST] for row in found],
        scorer=fuzz.ratio,
        score_cutoff=least,
        limit=4 * limit,
    )
    taken: dict[tuple[str, str], dict[str, Any]] = {}
    for _, similarity, number in best:
        row = found[number]
        taken.setdefault(
            (row["source"], row["target"]), {**row, "similarity": round(similarity, 1)}
        )
    return list(taken.values())[:limit]


def _candidates(
    db: Database, source: str, source_lang: str, target_lang: str, except_unit: int
) -> list[dict[str, Any]]:
    index, pieces = keys(source)
    if not pieces:
        return []
    rare = _rare(db, index, pieces)
    query = " OR ".join(rare) if rare else " AND ".join(pieces[:TOGETHER])
    # the + keeps SQLite from starting at all reviewed units in place of the hits
    return rows(
        db,
        f"""SELECT u.id AS unit_id, s.text AS source, u.target, u.state, u.updated_by,
          d.path AS document, u.position
        FROM (SELECT id FROM (SELECT id FROM segments WHERE hash = ? LIMIT ?)
          UNION SELECT rowid FROM (SELECT rowid FROM {index} WHERE {index} MATCH ? LIMIT ?)) hit
        JOIN segments s ON s.id = hit.id
        JOIN documents d ON d.id = s.document_id
        JOIN unit_segments us ON us.segment_id = s.id AND us.position = 0
        JOIN units u ON u.id = us.unit_id
        WHERE d.lang = ? AND +u.target_lang = ? AND +u.state IN ('reviewed', 'final') AND u.id <> ?
          AND u.target <> '' AND NOT EXISTS (
            SELECT 1 FROM unit_segments more WHERE more.unit_id = u.id AND more.position > 0)
        ORDER BY u.updated_at DESC LIMIT ?""",
        (
            text_hash(source),
            MOST_COMMON,
            query,
            MOST_COMPARED if rare else MOST_COMMON,
            source_lang,
            target_lang,
            except_unit,
            MOST_COMPARED,
        ),
    )


def keys(source: str) -> tuple[str, list[str]]:
    """The index to ask and what to look for: words, or three characters of scripts without spaces."""
    text = source[:LONGEST]
    spaceless = "".join(c for c in text if lang.is_spaceless(c))
    if len(spaceless) >= 3:
        parts: Iterable[str] = (text[i : i + 3] for i in range(len(text) - 2))
        parts = (part for part in parts if all(lang.is_spaceless(c) for c in part))
        return "segments_chars", _quoted(parts)
    # the longer a word, the rarer
    return "segments_fts", _quoted(sorted(lang.words(text), key=len, reverse=True))


def _quoted(parts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys('"' + part.replace('"', '""') + '"' for part in parts))


def _rare(db: Database, index: str, pieces: Sequence[str]) -> list[str]:
    """The rarest of the pieces, as far as they are worth reading."""
    counts: list[tuple[int, str]] = []
    for piece in pieces[: 2 * MOST_WORDS]:
        (count,) = db.conn.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT ?)",
            (piece, COMMON + 1),
        ).fetchone()
        if count <= COMMON:
            counts.append((count, piece))
    taken: list[str] = []
    total = 0
    for count, piece in sorted(counts)[:MOST_WORDS]:
        total += count
        if taken and total > MOST_COMPARED:
            break
        taken.append(piece)
    return taken
