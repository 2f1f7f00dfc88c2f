"""Who may do what: roles of people, and the rules that an installation sets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import ClaimedError, InputError, RefusedError
from workbench.store.claims import claim_of
from workbench.store.database import now, writing
from workbench.store.reading import rows

if TYPE_CHECKING:
    from sqlite_utils import Database

    from workbench.store.units import Edit

Role = Literal["reader", "translator", "reviewer", "admin"]
ROLES: tuple[Role, ...] = ("reader", "translator", "reviewer", "admin")

# The lowest role that may bring a unit into a state, or change one that is in it.
_NEEDED: dict[str, Role] = {
    "initial": "translator",
    "translated": "translator",
    "reviewed": "reviewer",
    "final": "admin",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation asks of people.

    `admins` are admins whatever the table says; `newcomers` is the role of people who have none;
    with `second_person` nobody accepts a text that they typed themselves.
    """

    admins: frozenset[str] = frozenset()
    newcomers: Role = "translator"
    second_person: bool = False


def role_of(db: Database, person: str, rules: Rules) -> Role:
    """A person's role.  Where nobody has been given a role, everybody may do everything."""
    if not person:
        return "reader"
    if person in rules.admins:
        return "admin"
    known = db.conn.execute("SELECT role FROM users WHERE name = ?", (person,)).fetchone()
    if known:
        return next(role for role in ROLES if role == known[0])
    return "admin" if is_open(db, rules) else rules.newcomers


def is_open(db: Database, rules: Rules) -> bool:
    """Whether nobody has a role, so that everybody may do everything."""
    return (
        not rules.admins
        and rules.newcomers != "reader"
        and not db.conn.execute("SELECT 1 FROM users LIMIT 1").fetchone()
    )


def require(db: Database, person: str, rules: Rules, needed: Role) -> None:
    """Raise RefusedError unless a person has a role or a higher one."""
    role = role_of(db, person, rules)
    if ROLES.index(role) < ROLES.index(needed):
        raise RefusedError(
            f"{person} is {_article(role)} here; this needs {_article(needed)}: ask an admin"
        )


def check_edit(db: Database, edit: Edit, rules: Rules) -> None:
    """Raise RefusedError if a person may not make an edit, ClaimedError if the unit is another's."""
    row = db.conn.execute(
        "SELECT state, target FROM units WHERE id = ?", (edit.unit_id,)
    ).fetchone()
    if row is None:
        return  # the edit itself says so
    state, target = row
    needed = max((_NEEDED[state], _NEEDED[edit.state or state]), key=ROLES.index)
    require(db, edit.actor, rules, needed)
    if rules.second_person and edit.state in {"reviewed", "final"} and state != "reviewed":
        typed = edit.target not in {None, target} or _author(db, edit.unit_id) == edit.actor
        if typed:
            raise RefusedError("another person must accept what you typed; save without accepting")
    if (claimed := claim_of(db, edit.unit_id)) and claimed["person"] != edit.actor:
        until = f"until {claimed['expires'][:16]} UTC" if claimed["expires"] else "until released"
        raise ClaimedError(f"{claimed['person']} has claimed this unit {until}; ask them, or wait")


def set_role(db: Database, person: str, role: str, actor: str) -> None:
    """Give a person a role.  Raises InputError for an unknown role or an empty name.

    The first roles given must leave an admin: whoever gives them becomes one.
    """
    if role not in ROLES:
        raise InputError(f"there is no role {role!r}; choose one of {', '.join(ROLES)}")
    if not person.strip():
        raise InputError("type whose role it is")
    with writing(db):
        if actor != person and not db.conn.execute("SELECT 1 FROM users LIMIT 1").fetchone():
            _store_role(db, actor, "admin", actor)
        _store_role(db, person, role, actor)
        if not db.conn.execute("SELECT 1 FROM users WHERE role = 'admin'").fetchone():
            raise InputError("somebody must stay an admin; make another person one first")


def _store_role(db: Database, person: str, role: str, actor: str) -> None:
    db.conn.execute(
        "INSERT INTO users (name, role, updated_by, updated_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET role = excluded.role, updated_by = excluded.updated_by,"
        " updated_at = excluded.updated_at",
        (person, role, actor, now()),
    )


def people(db: Database, rules: Rules, *, after: str = "", size: int = 100) -> list[dict[str, Any]]:
    """People who have a role or have changed a unit: their role, units and words by state.

    These are the first `size` whose name comes after one.
    """
    found = rows(
        db,
        "WITH names AS (SELECT name FROM users UNION SELECT updated_by FROM tallies WHERE updated_by <> ''"
        " AND units > 0 UNION SELECT value FROM json_each(:admins))"
        " SELECT n.name, coalesce(sum(t.units), 0) AS units, coalesce(sum(t.words), 0) AS words,"
        " coalesce(sum(t.units * (t.state IN ('reviewed', 'final'))), 0) AS reviewed,"
        " (SELECT count(*) FROM claims c WHERE c.person = n.name"
        "  AND (c.expires IS NULL OR c.expires > :now)) AS claimed"
        " FROM (SELECT name FROM names WHERE name > :after ORDER BY name LIMIT :size) n"
        " LEFT JOIN tallies t ON t.updated_by = n.name GROUP BY n.name ORDER BY n.name",
        {"admins": json.dumps(sorted(rules.admins)), "now": now(), "after": after, "size": size},
    )
    for row in found:
        row["role"] = role_of(db, row["name"], rules)
        row["fixed"] = row["name"] in rules.admins
    return found


def _author(db: Database, unit_id: int) -> str | None:
    """Who typed the text that a unit has; None if it is a draft as it was."""
    row = db.conn.execute(
        "SELECT actor FROM revisions WHERE unit_id = ? AND before <> after ORDER BY version DESC LIMIT 1",
        (unit_id,),
    ).fetchone()
    return row[0] if row else None


def _article(role: str) -> str:
    return f"an {role}" if role == "admin" else f"a {role}"
