"""Makes the pictures of the documentation, and one of every page for looking at.

.venv/bin/python tests/screenshots.py           docs/images/*.png
.venv/bin/python tests/screenshots.py FOLDER    every page, light and dark, narrow and wide
.venv/bin/python tests/screenshots.py FOLDER PAGE ...    some of them
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
from workbench.store import Batch, Edit, Filter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from workbench.store import Database

ROOT = Path(__file__).parents[1]
BOOK, ALIGNED = 2, 4
WRITTEN = {
    "ar": [
        "حارس منارة برينوك",
        "الفصل الأول: الرسالة",
        "في صباح الثالث من أكتوبر 1958، وجدت الدكتورة إلين مارش رسالة تحت باب المنارة.",
        "لم يكن عليها طابع، وكان الظرف مبللاً.",
    ],
    "he": [
        "שומר המגדלור של ברינוק",
        "פרק ראשון: המכתב",
        "בבוקר ה-3 באוקטובר 1958 מצאה ד״ר אלן מארש מכתב מתחת לדלת המגדלור.",
        "לא היה עליו בול, והמעטפה הייתה רטובה.",
    ],
    "ja": [
        "ブレノックの灯台守",
        "第一章 手紙",
        "1958年10月3日の朝、エレン・マーシュ博士は灯台の扉の下に一通の手紙を見つけた。",
        "切手は貼られておらず、封筒は濡れていた。",
    ],
}
PAGES = {
    "documents": "",
    "review": f"/{BOOK}/es?changes=1",
    "filters": f"/{BOOK}/es?state=unfinished&text=light",
    "conflict": f"/{BOOK}/es#p7",
    "keys": f"/{BOOK}/es#p9",
    "unit": "/unit/{unit}",
    "arabic": f"/{BOOK}/ar",
    "hebrew": f"/{BOOK}/he",
    "japanese": f"/{BOOK}/ja",
    "long": "/3/es",
    "find": "/find?text=light",
    "replace": "/find?lang=es&text=faro&find=faro&with=Faro",
    "batch": "/run/{run}",
    "report": "/report",
    "people": "/people",
    "align": f"/align/{ALIGNED}/es",
    "worst": f"/align/{ALIGNED}/es?order=worst",
    "who": "/unit/{unit}",
    "missing": "/99/es",
}
# The ones for the documentation.
BEST = ("documents", "review", "unit", "conflict", "find", "report")
LONG = [
    "Anyone who has ever walked from the harbour of Brennock to the lighthouse in the dark, with the tide"
    " coming in on one side and the wall of the old salt works on the other, knows that there is one place,"
    " just after the third lamp, where it is better not to stop, whatever one hears, and that even the"
    " keeper, who had walked it ten thousand times, used to whistle there. " * 3,
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4,
    "Short.",
    "https://example.org/a/very/long/address/that/has/no/place/to/break?with=a&query=string&of=some&length=1",
]


def prepare(db_path: Path) -> dict[str, int]:
    """A database in the middle of a working day; returns a unit with history, and a batch."""
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
    long = db_path.with_name("long.txt")
    long.write_text("\n".join(LONG), "utf-8")
    result = CliRunner().invoke(
        main, ["run", str(long), "--lines", "--to", "es", "--db", str(db_path), "--offline"]
    )
    assert result.exit_code == 0, result.output
    with store.opened(db_path) as db:
        translate(db)
        units = list(store.bitext(db, "es", document_id=BOOK))
        for n, unit in enumerate(units[:3]):
            store.edit_unit(
                db, Edit(unit.unit_id, unit.version, "Ana", state="reviewed", seconds=6 + 9 * n)
            )
        edited = units[3]
        text = "No llevaba sello, y el sobre estaba mojado."
        store.edit_unit(db, Edit(edited.unit_id, edited.version, "Ana", target=text, seconds=21))
        store.edit_unit(
            db, Edit(edited.unit_id, edited.version + 1, "Ben", state="reviewed", seconds=4)
        )
        for unit in units[40:60]:
            store.edit_unit(
                db, Edit(unit.unit_id, unit.version, "Ben", state="reviewed", seconds=11)
            )
        talk(db, [unit.unit_id for unit in units])
        spread(db)
        done = store.run_batch(
            db,
            Filter(document_id=BOOK, target_lang="es"),
            Batch("replace", "Ana", find="faro", replacement="Faro", case=True),
            store.Rules(),
        )
        align(db_path)
        db.execute("UPDATE documents SET path = replace(replace(path, ?, ''), ?, '')",
                   [f"{ROOT}/", f"{db_path.parent}/"])  # fmt: skip
        return {"unit": edited.unit_id, "run": done.run_id}


def translate(db: Database) -> None:
    """The beginning of the book in languages that are written in other ways."""
    for lang, texts in WRITTEN.items():
        store.ensure_units(db, BOOK, lang)
        units = list(store.bitext(db, lang, document_id=BOOK))
        for unit, text in zip(units, texts, strict=False):
            store.edit_unit(db, Edit(unit.unit_id, unit.version, "Samir", target=text, seconds=30))


def spread(db: Database) -> None:
    """Let the work have taken some days, as reports show it."""
    for number, (unit_id,) in enumerate(
        db.execute("SELECT DISTINCT unit_id FROM revisions ORDER BY unit_id").fetchall()
    ):
        db.execute(
            "UPDATE revisions SET at = strftime('%Y-%m-%dT%H:%M:%fZ', at, ?) WHERE unit_id = ?",
            [f"-{number % 7} days", unit_id],
        )


def align(db_path: Path) -> None:
    """A text and its translation by a person."""
    sides = [db_path.with_name(f"lamp.{lang}.txt") for lang in ("en", "es")]
    english = ["The Lamp", "The lighthouse stood at the end of the pier.", "Anna lit the lamp at six.",
               "In 1912 a storm broke the large window.", "Nobody came to mend it. The winter was long.",
               "The captain wrote a letter.", "The lamp still burns every night."]  # fmt: skip
    spanish = ["La lámpara", "El faro estaba al final del muelle.", "Anna encendía la lámpara a las seis.",
               "En 1912 una tormenta rompió la ventana grande.", "Nadie vino a arreglarla.",
               "El invierno fue largo.", "La lámpara arde todavía cada noche."]  # fmt: skip
    for path, lines in zip(sides, (english, spanish), strict=True):
        path.write_text("\n".join(lines), "utf-8")
    result = CliRunner().invoke(main, ["align", *map(str, sides), "--lines", "--db", str(db_path)])
    assert result.exit_code == 0, result.output


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
    found = [Finding("quotes", "warning", "quotation marks differ from the source’s")]
    store.save_findings(db, [(fifth.unit_id, "quotes", found)])
    store.add_note(db, fifth.unit_id, "Ben", "@Ana is “it” the letter? Then «la carta».")
    store.claim(db, units[20:40], "Ben", "Ben", hours=8)
    sixth = store.unit(db, units[8])
    store.save_findings(
        db, [(sixth.unit_id, "numbers", [Finding("numbers", "error", "11 is missing")])]
    )


def arrange(page: Page, name: str, db_path: Path) -> None:
    """Bring a page into the state that its picture shows."""
    hands = {"review": 4, "arabic": 2, "hebrew": 2, "japanese": 2, "long": 0}
    if name in hands:
        page.locator(".unit textarea").nth(hands[name]).focus()
        page.wait_for_function("() => document.querySelector('#side-body .note-form')")
    if name == "conflict":
        collide(page, db_path)
    if name == "keys":
        page.keyboard.press("Control+/")
        page.wait_for_selector("#help[open]")
    if name in {"align", "worst"}:
        page.locator(".bead").nth(2).focus()
    if name == "who":
        page.context.clear_cookies()
        page.reload()
        page.locator(".note-form textarea").fill("Is this the same keeper?")
        page.get_by_role("button", name="Add note").click()
        page.locator("#asked").wait_for()


def collide(page: Page, db_path: Path) -> None:
    """Two people on one unit."""
    page.locator("#p7 textarea").press("End")
    page.locator("#p7 textarea").press_sequentially(" ")
    with store.opened(db_path) as db:
        unit = next(u for u in store.bitext(db, "es", document_id=BOOK) if u.position == 7)
        theirs = unit.target.replace("gaviotas", "aves")
        store.edit_unit(db, Edit(unit.unit_id, unit.version, "Ben", target=theirs))
    mine = unit.target.replace("Las personas", "La gente").replace("dijeron", "decía")
    page.locator("#p7 textarea").fill(mine)
    page.locator("#p7 textarea").press("Control+s")
    page.wait_for_selector("#p7 .notice dl")


def shoot(folder: Path, browser: Browser, look: tuple[str, int], names: tuple[str, ...]) -> None:
    """Save a picture of every page in one look: a colour scheme and a width."""
    scheme, width = look
    with tempfile.TemporaryDirectory() as work:
        db_path = Path(work) / "workbench.db"
        known = prepare(db_path)
        with served(db_path) as url:
            for name in names:
                desk = Desk(browser, url, width=width, color_scheme=scheme)
                desk.open(name="Ana").close()
                page = desk.open(PAGES[name].format(**known))
                arrange(page, name, db_path)
                suffix = "" if folder == ROOT / "docs" / "images" else f"-{scheme}-{width}"
                page.screenshot(path=folder / f"{name}{suffix}.png")
                desk.context.close()


def run(arguments: list[str]) -> None:
    """All looks into a folder, or the best into the documentation."""
    with chromium() as browser:
        if not arguments:
            shoot(ROOT / "docs" / "images", browser, ("light", 1280), BEST)
            return
        folder = Path(arguments[0])
        folder.mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            for width in (390, 1280, 1920):
                shoot(folder, browser, (scheme, width), tuple(arguments[1:]) or tuple(PAGES))


if __name__ == "__main__":
    run(sys.argv[1:])
