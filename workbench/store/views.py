"""The SQL of the views that people query without a join (docs/sql.md describes them)."""

from __future__ import annotations

import re

# Languages whose sentences are joined without a space.
SPACELESS_LANGS = frozenset({"zh", "ja", "th", "lo", "km", "my"})

# A unit's source side: its segments in order, joined as their language joins sentences; the parts of
# a segment that a person split are joined by what stood between them.
SOURCE = """coalesce((
    SELECT group_concat(text, coalesce(joint, CASE WHEN substr(d.lang, 1, 2) IN
      ('zh', 'ja', 'th', 'lo', 'km', 'my') THEN '' ELSE ' ' END))
    FROM (SELECT s.text, s.joint FROM unit_segments us JOIN segments s ON s.id = us.segment_id
          WHERE us.unit_id = u.id ORDER BY us.position)), '')"""

_STATES = ("initial", "translated", "reviewed", "final")
_COUNTS = ", ".join(f"sum((u.state = '{state}') * u.units) AS {state}" for state in _STATES)
_WORDS = ", ".join(f"sum((u.state = '{state}') * u.words) AS {state}_words" for state in _STATES)

VIEWS = {
    "bitext": f"""
SELECT u.id AS unit_id, u.document_id, d.path AS document, u.position,
  d.lang AS source_lang, u.target_lang, {SOURCE} AS source, u.target,
  u.state, u.sub_state, u.origin, u.score, u.version, u.updated_by, u.updated_at
FROM units u JOIN documents d ON d.id = u.document_id
WHERE d.replaced_by IS NULL""",
    "progress": f"""
SELECT u.document_id, d.path AS document, d.title, d.lang AS source_lang, u.target_lang,
  sum(u.units) AS units, sum(u.words) AS words, {_COUNTS}, {_WORDS}
FROM tallies u JOIN documents d ON d.id = u.document_id
WHERE d.replaced_by IS NULL GROUP BY u.document_id, u.target_lang HAVING sum(u.units) > 0""",
    "post_edits": f"""
SELECT u.id AS unit_id, u.document_id, d.path AS document, u.position, d.lang AS source_lang,
  u.target_lang, {SOURCE} AS source, coalesce(m.text, '') AS draft, u.target AS final,
  (SELECT r.edit_distance FROM revisions r WHERE r.unit_id = u.id
   ORDER BY r.version DESC LIMIT 1) AS edit_distance,
  (SELECT sum(r.seconds) FROM revisions r WHERE r.unit_id = u.id) AS seconds,
  u.state, u.origin, u.updated_by, u.updated_at
FROM units u JOIN documents d ON d.id = u.document_id LEFT JOIN matches m ON m.id = u.match_id
WHERE u.updated_by <> ''""",
    "daily_work": """
SELECT day, person, target_lang, count(*) AS units, sum(words) AS words, sum(seconds) AS seconds,
  sum(seconds > 0) AS timed, round(sum(seconds) / nullif(sum(seconds > 0), 0), 1) AS seconds_per_unit,
  round(avg(edit_distance), 1) AS edit_distance, sum(accepted) AS accepted
FROM (SELECT substr(r.at, 1, 10) AS day, r.actor AS person, u.target_lang, u.words,
        sum(r.seconds) AS seconds, r.edit_distance, max(r.version) AS version,
        sum(r.state_after IN ('reviewed', 'final') AND r.state_before <> r.state_after) > 0 AS accepted
      FROM revisions r JOIN units u ON u.id = r.unit_id
      WHERE r.run_id IS NULL GROUP BY r.unit_id, r.actor, substr(r.at, 1, 10))
GROUP BY day, person, target_lang""",
    "engine_acceptance": """
SELECT origin, source_lang, target_lang, count(*) AS judged,
  sum(reviewed AND distance = 0) AS accepted_unchanged, sum(reviewed AND distance > 0) AS accepted_changed,
  sum(rejected) AS rejected, round(avg(distance), 1) AS edit_distance,
  round(100 * avg(1.0 * distance / longest), 1) AS percent_changed
FROM (SELECT m.origin, d.lang AS source_lang, u.target_lang, u.state IN ('reviewed', 'final') AS reviewed,
        u.sub_state = 'wb:rejected' AS rejected, max(length(m.text), length(u.target), 1) AS longest,
        (SELECT r.edit_distance FROM revisions r WHERE r.unit_id = u.id
         ORDER BY r.version DESC LIMIT 1) AS distance
      FROM units u JOIN documents d ON d.id = u.document_id JOIN matches m ON m.id = u.match_id
      WHERE u.updated_by <> '')
GROUP BY origin, source_lang, target_lang""",
    "open_findings": """
SELECT f.unit_id, f.name, f.severity, f.message, f.at FROM findings f
WHERE NOT EXISTS (SELECT 1 FROM dismissals d
  WHERE d.unit_id = f.unit_id AND d.name = f.name AND d.message = f.message)""",
    "disagreements": """
SELECT d.lang AS source_lang, u.target_lang, s.text AS source,
  count(*) AS units, count(DISTINCT u.target) AS targets,
  json_group_array(DISTINCT u.target) AS target_texts, min(u.id) AS unit_id
FROM units u JOIN documents d ON d.id = u.document_id
JOIN unit_segments us ON us.unit_id = u.id JOIN segments s ON s.id = us.segment_id
WHERE u.target <> '' AND d.replaced_by IS NULL
  AND (SELECT count(*) FROM unit_segments n WHERE n.unit_id = u.id) = 1
GROUP BY s.hash, d.lang, u.target_lang HAVING count(DISTINCT u.target) > 1""",
}


# Beads with both their texts and what spoke for each.
_SIGNALS = ("length", "lexical", "identical", "prior", "mt", "shape", "structure")
BEADS_TEXT = f"""
SELECT b.unit_id, u.document_id, d.path AS document, u.position, d.lang AS source_lang, u.target_lang,
  {SOURCE} AS source, u.target, b.type, b.confidence,
  {", ".join(f"json_extract(b.signals, '$.{name}') AS {name}" for name in _SIGNALS)},
  b.crossing, b.mark, b.aligner, b.confirmed_by, b.confirmed_at, u.state
FROM beads b JOIN units u ON u.id = b.unit_id JOIN documents d ON d.id = u.document_id
WHERE d.replaced_by IS NULL"""


def pair_view(source_lang: str, target_lang: str) -> str:
    """The name of a pair's own view: `bitext_en_pt_BR` for en and pt-BR."""
    return "bitext_" + re.sub(r"[^A-Za-z0-9]", "_", f"{source_lang}_{target_lang}")


def create_pair_view(source_lang: str, target_lang: str) -> str:
    """SQL that creates the pair's view if it is not there."""
    # language tags are letters, digits and hyphens: nothing in them needs quoting
    return (
        f"CREATE VIEW IF NOT EXISTS {pair_view(source_lang, target_lang)} AS SELECT * FROM bitext"
        f" WHERE source_lang = '{source_lang}' AND target_lang = '{target_lang}'"
    )
