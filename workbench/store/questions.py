"""Questions that people ask often, as read-only SQL; Datasette offers them on the database's page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer in SQL; its parameters are `:names`, empty for all."""

    title: str
    sql: str


QUESTIONS = {
    "left_to_review": Question(
        "What is left to review?",
        """SELECT unit_id, document, position, source, target, state, score FROM bitext
WHERE state IN ('initial', 'translated') AND (:target_lang = '' OR target_lang = :target_lang)
ORDER BY document_id, position LIMIT 1000""",
    ),
    "least_sure_drafts": Question(
        "Which drafts is the engine least sure of?",
        """SELECT unit_id, score, source, target, target_lang FROM bitext
WHERE state = 'translated' AND score IS NOT NULL AND (:target_lang = '' OR target_lang = :target_lang)
ORDER BY score LIMIT 100""",
    ),
    "most_edited_drafts": Question(
        "Which drafts did people change the most?",
        """SELECT unit_id, source, draft, final, edit_distance, updated_by FROM post_edits
WHERE draft <> '' ORDER BY edit_distance DESC LIMIT 100""",
    ),
    "open_findings_by_check": Question(
        "What do the checks find, and how often?",
        """SELECT u.target_lang, f.name, f.severity, count(*) AS findings, min(f.unit_id) AS unit_id
FROM open_findings f JOIN units u ON u.id = f.unit_id GROUP BY 1, 2, 3 ORDER BY findings DESC""",
    ),
    "dismissed_findings": Question(
        "Which findings did people dismiss, and why?",
        """SELECT d.unit_id, d.name, d.message, d.reason, d.actor, d.at, b.source, b.target
FROM dismissals d JOIN bitext b ON b.unit_id = d.unit_id ORDER BY d.at DESC LIMIT 500""",
    ),
    "changes_by_person": Question(
        "What did a person change lately?",
        """SELECT r.at, b.unit_id, b.document, r.before, r.after, r.state_after FROM revisions r
JOIN bitext b ON b.unit_id = r.unit_id WHERE :person = '' OR r.actor = :person
ORDER BY r.id DESC LIMIT 200""",
    ),
    "notes_for_me": Question(
        "Which open notes call a person?",
        """SELECT n.unit_id, n.at, n.actor, n.text, b.source, b.target FROM notes n
JOIN bitext b ON b.unit_id = n.unit_id
WHERE n.done_at IS NULL AND (:person = '' OR n.id IN (SELECT note_id FROM mentions WHERE name = :person))
ORDER BY n.id DESC LIMIT 200""",
    ),
    "concordance": Question(
        "How was a word translated?",
        """SELECT b.unit_id, b.source, b.target, b.target_lang FROM segments_fts
JOIN unit_segments us ON us.segment_id = segments_fts.rowid JOIN bitext b ON b.unit_id = us.unit_id
WHERE segments_fts MATCH '"' || replace(:word, '"', '""') || '"' LIMIT 200""",
    ),
}
