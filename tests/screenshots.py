"""Makes the pictures of the documentation, and one of every page for looking at.

.venv/bin/python tests/screenshots.py           docs/images/*.png
.venv/bin/python tests/screenshots.py FOLDER    every page, light and dark, narrow and wide
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from browser import Desk, chromium, served
from click.testing import CliRunner

from workbench import store
from workbench.cli import main
from workbench.model import Candidate, Finding, Hypothesis
from workbench.protect import Term
from workbench.store import Edit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from workbench.store import Database

ROOT = Path(__file__).parents[1]
BOOK = 2
ARABIC = [
    "حارس منارة برينوك",
    "الفصل الأول: الرسالة",
    "في صباح الثالث من أكتوبر 1958، وجدت الدكتورة إلين مارش رسالة تحت باب المنارة.",
    "لم يكن عليها طابع، وكان الظرف مبللاً.",
]
PAGES = {
    "documents": "",
    "review": f"/{BOOK}/es?changes=1",
    "filters": f"/{BOOK}/es?state=unfinished&text=light",
    "conflict": f"/{BOOK}/es#p7",
    "keys": f"/{BOOK}/es#p9",
    "unit": "/unit/{unit}",
    "arabic": f"/{BOOK}/ar",
    "find": "/find?text=light",
    "report": "/report",
    "people": "/people",
}
# The ones for the documentation.
BEST = ("documents", "review", "unit", "conflict")


def prepare(db_path: Path) -> int:
    """A database in the middle of a working day; returns a unit with history."""
    arguments = [
        "run",
        str(ROOT / "corpus" / "en"),
        "--to",
        "es",
        "--db",
        str(db_path),
        "--offline",
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    with store.opened(db_path) as db:
        db.execute("UPDATE documents SET path = replace(path, ?, '')", [f"{ROOT}/"])
        store.ensure_units(db, BOOK, "ar")
        for unit, text in zip(list(store.bitext(db, "ar", document_id=BOOK)), ARABIC, strict=False):
            store.edit_unit(db, Edit(unit.unit_id, unit.version, "Samir", target=text, seconds=30))
        units = list(store.bitext(db, "es", document_id=BOOK))
        for unit in units[:3]:
            store.edit_unit(
                db, Edit(unit.unit_id, unit.version, "Ana", state="reviewed", seconds=6)
            )
        edited = units[3]
        text = "No llevaba sello, y el sobre estaba mojado."
        store.edit_unit(db, Edit(edited.unit_id, edited.version, "Ana", target=text, seconds=21))
        store.edit_unit(
            db, Edit(edited.unit_id, edited.version + 1, "Ben", state="reviewed", seconds=4)
        )
        talk(db, [unit.unit_id for unit in units])
        return edited.unit_id


def talk(db: Database, units: list[int]) -> None:
    """Other drafts, findings, terms and notes around the fifth unit."""
    fifth = store.unit(db, units[4])
    with store.running(db, "translate", {"to": "es"}) as run:
        pending = store.PendingUnit(fifth.unit_id, -1, fifth.position, fifth.source)
        other = Hypothesis(
            "«¿Cómo has llegado hasta aquí?», le preguntó, pues no había nadie más.", -0.31
        )
        run.counts["drafted"] = 1
        store.save_drafts(
            db, [store.UnitDraft(pending, [Candidate(other, "argos en_es 1.9", "x")])], run.run_id
        )
    store.add_terms(db, "en", "es", [Term("ask", "preguntar"), Term("lighthouse", "faro")])
    store.save_findings(
        db,
        [
            (
                fifth.unit_id,
                "quotes",
                [Finding("quotes", "warning", "quotation marks differ from the source’s")],
            )
        ],
    )
    store.add_note(db, fifth.unit_id, "Ben", "@Ana is “it” the letter? Then «la carta».")
    store.claim(db, units[20:40], "Ben", "Ben", hours=8)
    sixth = store.unit(db, units[8])
    store.save_findings(
        db, [(sixth.unit_id, "numbers", [Finding("numbers", "error", "11 is missing")])]
    )


def arrange(page: Page, name: str, db_path: Path) -> None:
    """Bring a page into the state that its picture shows."""
    if name in {"review", "arabic"}:
        page.locator(".unit textarea").nth(4 if name == "review" else 2).focus()
        page.wait_for_function("() => document.querySelector('#side-body .note-form')")
    if name == "conflict":
        with store.opened(db_path) as db:
            unit = next(u for u in store.bitext(db, "es", document_id=BOOK) if u.position == 7)
            theirs = unit.target.replace("gaviotas", "aves")
            store.edit_unit(db, Edit(unit.unit_id, unit.version, "Ben", target=theirs))
        page.locator("#p7 textarea").fill(
            unit.target.replace("Las personas", "La gente").replace("dijeron", "decía")
        )
        page.locator("#p7 textarea").press("Control+s")
        page.wait_for_selector("#p7 .notice:not([hidden])")
    if name == "keys":
        page.keyboard.press("Control+/")
        page.wait_for_selector("#help[open]")


def shoot(
    folder: Path, browser: Browser, *, scheme: str, width: int, suffix: str, names: tuple[str, ...]
) -> None:
    """Save a picture of every page in one look."""
    with tempfile.TemporaryDirectory() as work:
        db_path = Path(work) / "workbench.db"
        unit = prepare(db_path)
        with served(db_path) as url:
            desk = Desk(browser, url, width=width, color_scheme=scheme)
            desk.open(name="Ana").close()
            for name in names:
                page = desk.open(PAGES[name].format(unit=unit))
                arrange(page, name, db_path)
                page.screenshot(path=folder / f"{name}{suffix}.png")
                page.close()
            desk.context.close()


def run(arguments: list[str]) -> None:
    """All looks into a folder, or the best into the documentation."""
    with chromium() as browser:
        if not arguments:
            shoot(
                ROOT / "docs" / "images", browser, scheme="light", width=1280, suffix="", names=BEST
            )
            return
        folder = Path(arguments[0])
        folder.mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            for width in (390, 1280):
                shoot(
                    folder,
                    browser,
                    scheme=scheme,
                    width=width,
                    suffix=f"-{scheme}-{width}",
                    names=tuple(PAGES),
                )


if __name__ == "__main__":
    run(sys.argv[1:])
