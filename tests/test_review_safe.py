"""Every page of the plugin: no text is ever code, and axe finds nothing that shuts people out."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import LINES, Desk, desk, fits, said, served
from click.testing import CliRunner
from samples import segments

from workbench import store
from workbench.cli import main
from workbench.datasette_plugin import HOME, register_routes
from workbench.model import Candidate, Finding, Hypothesis
from workbench.protect import Term
from workbench.store import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

# Each would call `pwned()` somewhere, if it were taken for code anywhere.
HOSTILE = [
    "<script>pwned()</script>",
    "</textarea></title></style></script><script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    "\"'><svg/onload=pwned()>",
    '" autofocus onfocus="pwned()" x="',
    "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
    '<a href="javascript:pwned()">click</a> javascript:pwned()',
    "{{ pwned() }} {% for x in y %} ${pwned()} #{pwned()} <%= pwned() %>",
    "';pwned();//\";pwned();//\\';pwned();// `${pwned()}`",
    "]]><!--><script>pwned()</script><!-- -->",
    "<base href='//evil.example/'><link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0>",
    "\u202egnp.<script>pwned()</script>\u202c \u2066\u200f<b>\u2069",
    "\uff1cscript\uff1epwned()\uff1c/script\uff1e \u2028pwned()\u2029 \ufeff",
    "<math><mtext><table><mglyph><style><!--</style><img src onerror=pwned()>",
]
ALL = " ".join(HOSTILE)
WATCH = """
window.pwnd = [];
window.pwned = () => window.pwnd.push("ran");
window.alert = window.prompt = window.confirm = () => window.pwnd.push("dialog");
addEventListener("securitypolicyviolation", (event) => window.pwnd.push(event.violatedDirective));
"""
AXE = Axe()
# Pages that the routes do not lead to with these parts.
MORE = ("/1/ar?changes=1", "/align/2/pt", "/2/pt")
# What stands for the parts of an address; a page that is not there for them is none of ours.
PARTS = {"run_id": "3", "document_id": "1", "target_lang": "es", "unit_id": "1", "name": "x.js"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database full of hostile texts, made once for both lines."""
    db_path = tmp_path_factory.mktemp("hostile") / "workbench.db"
    with store.opened(db_path) as db:
        new = store.NewDocument(f"{ALL}.txt", ALL, "en", "txt", b"x", "utf-8")
        store.add_document(db, new, segments(HOSTILE))
        for target_lang in ("es", "ar"):
            store.ensure_units(db, 1, target_lang)
            with store.running(db, "translate", {"to": ALL}, actor=ALL) as run:
                drafts = [
                    store.UnitDraft(
                        unit,
                        [
                            Candidate(Hypothesis(unit.source, -0.5), ALL, ALL),
                            Candidate(Hypothesis("Otro."), ALL, "x"),
                        ],
                    )
                    for unit in store.next_pending(db, 1, target_lang)
                ]
                run.counts["drafted"] = store.save_drafts(db, drafts, run.run_id)
        for unit in list(store.bitext(db, "es")):
            target = f"{unit.source} {ALL}" if unit.position < 2 else unit.source + "!"
            store.edit_unit(
                db,
                Edit(
                    unit.unit_id,
                    unit.version,
                    ALL,
                    target=target,
                    state="reviewed",
                    why=ALL,
                    seconds=2,
                ),
            )
            store.edit_unit(
                db, Edit(unit.unit_id, unit.version + 1, "Ana", target=unit.source, seconds=2)
            )
            store.save_findings(
                db, [(unit.unit_id, "numbers", [Finding("numbers", "warning", ALL)])]
            )
            store.add_note(db, unit.unit_id, ALL, f'{ALL} @"{HOSTILE[0]}"')
        store.dismiss_finding(db, 1, "numbers", ALL, actor=ALL, reason=ALL)
        store.add_terms(db, "en", "es", [Term("script", ALL)])
        db.execute("UPDATE terms SET note = ?", [ALL])
        store.claim(db, [2], ALL, ALL, hours=0)
        store.save_filter(db, ALL, "state=reviewed", ALL)
    align(db_path)
    return db_path


@pytest.fixture(scope="module", params=LINES)
def line(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(
    line: str, tmp_path_factory: pytest.TempPathFactory, hostile: Path
) -> Iterator[tuple[str, Path]]:
    db_path = tmp_path_factory.mktemp("served") / "workbench.db"
    shutil.copy(hostile, db_path)
    with served(db_path, LINES[line]) as url:
        yield url, db_path


def align(db_path: Path) -> None:
    """A hostile text and its hostile translation."""
    paths = [db_path.with_name(f"hostile <b onload=pwned()>.{lang}.txt") for lang in ("en", "pt")]
    for path in paths:
        path.write_text("\n".join(text.replace("\u2028", "") for text in HOSTILE), "utf-8")
    command = ["align", *map(str, paths), "--lines", "--db", str(db_path)]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output


def addresses(url: str) -> list[str]:
    """The address of every route of the plugin."""
    found = []
    for pattern, _ in register_routes():
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)+", lambda part: PARTS.get(part[1], "1"), pattern)
        found.append(url + path.strip("^$").replace("\\", ""))
    return found


def pages(context: Any, url: str) -> list[str]:
    """The addresses that answer with a page of HTML."""
    html = []
    for address in addresses(url):
        answer = context.request.get(address)
        if answer.ok and answer.headers["content-type"].startswith("text/html"):
            html.append(address)
    return [*html, *(url + HOME + path for path in MORE)]


def clean(page: Page) -> None:
    """Nothing of the hostile texts has run or tried to; nor has anything come from them."""
    assert page.evaluate("() => window.pwnd") == [], page.url
    left = "main [onerror], main [onload], main [onfocus], main iframe, base, main img"
    assert page.locator(left).count() == 0, page.url


def watched(ana: Desk) -> Desk:
    ana.context.add_init_script(WATCH)
    return ana


def test_every_page_is_safe_and_open_to_all(
    server: tuple[str, Path], browser: Browser, line: str
) -> None:
    """One visit a page: no text is code; axe is content, light and dark; nothing is wider than it may be."""
    url, _ = server
    with desk(browser, url) as ana:
        watched(ana).open(name=HOSTILE[3]).close()
        found = pages(ana.context, url)
        core = ("", "/1/es", "/unit/1", "/unit/1/side", "/find", "/run/3", "/report", "/people")
        assert {url + HOME + path for path in core} <= set(found)
        for address in found:
            page = ana.open(address.removeprefix(ana.url))
            if page.locator("#side-title").count() and page.locator(".unit").count() > 1:
                page.locator("#p4 textarea").focus()
                page.wait_for_selector("#side-body [aria-label=Notes]")
            clean(page)
            if line == "datasette-0.65":  # the pages are the same on both
                assert_accessible(page)
            for width in (390, 1400):
                assert fits(page, width), (address, width)
            page.close()


def assert_accessible(page: Page) -> None:
    """Nothing that axe calls serious, in either look; the list of keys counts as a page."""
    serious = faults(page)
    page.emulate_media(color_scheme="dark")
    serious += faults(page, rules=["color-contrast", "link-in-text-block"])
    page.emulate_media(color_scheme="light")
    if page.locator("#help").count():
        page.evaluate("() => document.activeElement.blur()")
        page.keyboard.press("?")
        page.wait_for_selector("#help[open]")
        serious += faults(page, context="#help")
        page.keyboard.press("Escape")
    assert serious == [], page.url


def faults(page: Page, *, context: str | None = None, rules: list[str] | None = None) -> list[Any]:
    """What axe finds serious or critical, with the places."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in AXE.run(page, context=context, options=options).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def test_our_cells_on_datasettes_own_pages(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        watched(ana).open(name="Ana").close()
        for table in ("bitext", "units", "revisions", "findings", "notes", "terms"):
            page = ana.context.new_page()
            page.goto(f"{url}/workbench/{table}")
            assert page.evaluate("() => window.pwnd.filter((what) => what === 'ran')") == []
            page.close()


def test_hostile_texts_are_shown_and_saved_as_they_are(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    with desk(browser, url) as ana:
        page = watched(ana).open("/1/es", "Ana")
        shown = page.locator(".unit").evaluate_all(
            "units => units.map((unit) => [unit.querySelector('.source').textContent,"
            " unit.querySelector('textarea').value])"
        )
        assert shown == [[text, text] for text in HOSTILE]
        for position in range(len(HOSTILE)):
            page.locator(f"#p{position} textarea").focus()
            page.wait_for_function(
                "unit => document.querySelector('#side-body b')?.textContent === unit",
                arg=f"Unit {position + 1}",
            )
            assert (
                page.locator("#side-body [aria-label=Drafts] .text").first.inner_text()
                == HOSTILE[position]
            )
        page.locator("#p3 textarea").fill(ALL)
        page.locator("#p3 textarea").press("Control+s")
        page.wait_for_selector("#p3:not(.waiting)")
        # another person's text, in a conflict; the page takes over what others store where nothing is typed
        page.locator("#p3 textarea").fill(f"<b>{ALL}")
        with store.opened(db_path) as db:
            unit = store.unit(db, 4)
            assert unit.target == ALL
            store.edit_unit(db, Edit(4, unit.version, HOSTILE[2], target=f"{ALL}."))
        page.locator("#p3 textarea").press("Control+s")
        said(page, "Both texts are shown")
        assert ALL in page.locator("#p3 .notice").inner_text()
        page.keyboard.press("Control+/")
        clean(page)


def test_hostile_searches(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = watched(ana).open(name="Ana")
        for number, text in enumerate(HOSTILE):
            fields = {
                "text": text,
                "by": text,
                "since": text if number == 3 else "",
                "regex": "1" if number % 2 else "",
            }
            page.goto(
                f"{ana.url}{('/1/es', '/find')[number % 2]}?{urlencode(fields)}#{quote(text)}"
            )
            assert page.locator("[name=text]").input_value() == text
            clean(page)


def test_hostile_texts_without_javascript(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url, java_script_enabled=False) as plain:
        page = plain.open("/1/ar", scripts=False)
        page.locator("#p1 textarea").fill(ALL)
        page.locator("#p1").get_by_role("button", name="Save").click()
        assert page.locator("#target").input_value() == ALL
        assert page.locator("main img, main iframe, main script").count() == 0
