"""Makes the pictures of the documentation, and one of every page for looking at.

.venv/bin/python tests/screenshots.py           docs/images/*.png
.venv/bin/python tests/screenshots.py FOLDER    every page, light and dark, narrow and wide
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from browser import chromium, served
from click.testing import CliRunner

from workbench import store
from workbench.cli import main
from workbench.store import Edit

ROOT = Path(__file__).parents[1]
PAGES = {"documents": "", "review": "/2/es", "unit": "/unit/{unit}", "arabic": "/2/ar"}


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
        store.ensure_units(db, 2, "ar")
        units = list(store.bitext(db, "es", document_id=2))
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
        return edited.unit_id


def shoot(folder: Path, *, schemes: tuple[str, ...], widths: tuple[int, ...]) -> None:
    """Save a picture of every page."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        db_path = Path(work) / "workbench.db"
        unit = prepare(db_path)
        with served(db_path) as url, chromium() as browser:
            for scheme in schemes:
                for width in widths:
                    context = browser.new_context(
                        color_scheme="dark" if scheme == "dark" else "light",
                        viewport={"width": width, "height": 760},
                    )
                    page = context.new_page()
                    page.goto(f"{url}/-/workbench")
                    page.fill("#name", "Ana")
                    page.press("#name", "Enter")
                    page.wait_for_selector("text=You are")
                    for name, path in PAGES.items():
                        page.goto(f"{url}/-/workbench{path.format(unit=unit)}")
                        if name == "review":
                            page.locator("textarea").nth(4).focus()
                        suffix = "" if len(schemes) * len(widths) == 1 else f"-{scheme}-{width}"
                        page.screenshot(path=folder / f"{name}{suffix}.png")
                    context.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        shoot(Path(sys.argv[1]), schemes=("light", "dark"), widths=(390, 1280))
    else:
        shoot(ROOT / "docs" / "images", schemes=("light",), widths=(1180,))
        (ROOT / "docs" / "images" / "arabic.png").unlink()
