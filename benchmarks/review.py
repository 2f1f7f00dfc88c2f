"""Milliseconds of saving and of pages over HTTP, with 10,000 and with 1,000,000 units.

.venv/bin/python benchmarks/review.py [UNITS ...]      default: 10000 1000000
.venv/bin/python benchmarks/review.py --people 8       8 people saving 1,000 edits each over HTTP
.venv/bin/python benchmarks/review.py --keep FOLDER    the databases are made once and kept there
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from browser import served

from workbench import store
from workbench.model import Finding, Segment
from workbench.store import Database

DOCUMENTS = 20
SAVES, VIEWS = 200, 20
Figures = tuple[float, float, float]
HOME = "/-/workbench"
SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ren",
    "tu",
    "sa",
    "vel",
    "or",
    "in",
    "da",
    "pe",
    "qui",
    "son",
    "ba",
    "ne",
]
PAGES = {
    "documents": "",
    "review page, 100 units from the middle": "/1/es?at=200",
    "find: all, first page": "/find",
    "find: a state in a language": "/find?state=initial&lang=es",
    "find: lowest score first": "/find?sort=score",
    "find: most findings first": "/find?sort=findings",
    "find: latest change first": "/find?sort=changed",
    "find: edited last by a person": "/find?by=Ana",
    "find: a check's findings": "/find?finding=numbers",
    "find: draft by an engine": "/find?origin=argos",
    "find: a rare word": "/find?text=rareword",
    "find: a common word": "/find?text=kalo",
    "find: a pattern": "/find?text=%5Ekal&regex=1",
    "find: documents by a part of their name": "/find?file=text+1",
    "one unit": "/unit/5000",
    "people": "/people",
    "report": "/report",
}


def word(number: int) -> str:
    """A made-up word; low numbers are short."""
    text = ""
    while True:
        number, digit = divmod(number, len(SYLLABLES))
        text += SYLLABLES[digit]
        if not number:
            return text if len(text) > 3 else text + "lo"


def texts(amount: int, seed: int) -> list[str]:
    """Sentences whose words are as unevenly frequent as in a language."""
    chance = random.Random(seed)
    found = []
    for _ in range(amount):
        words = [
            word(int(chance.paretovariate(0.7)) % 20_000) for _ in range(chance.randint(4, 24))
        ]
        found.append(" ".join(words).capitalize() + ".")
    return found


def segments(sentences: list[str]) -> Iterator[Segment]:
    """Segments, five to a paragraph."""
    for i, text in enumerate(sentences):
        yield Segment(i, i // 5, "paragraph", 0, i * 100, i * 100 + 99, text)


def fill(db: Database, units: int) -> None:
    """Twenty documents: drafted, a tenth of the units with findings, a twentieth edited."""
    sentences = texts(units // DOCUMENTS, 1)
    for number in range(DOCUMENTS):
        mine = [f"{text} {word(number * 7)}" for text in sentences]
        if number == 0:
            mine[77] += " rareword"
        new = store.NewDocument(
            f"{number}.txt", f"Text {number}", "en", "txt", str(number).encode(), "utf-8"
        )
        document_id = store.add_document(db, new, segments(mine)).document_id
        store.ensure_units(db, document_id, "es")
        with store.writing(db):
            db.conn.execute(
                """UPDATE units SET origin = 'argos translate-en_es 1.9', sub_state = 'wb:mt', version = 1,
                  state = CASE WHEN id % 50 = 0 THEN 'initial' ELSE 'translated' END,
                  score = -(id * 7919 % 1000) / 400.0,
                  target = (SELECT s.text FROM segments s WHERE s.document_id = units.document_id
                    AND s.position = units.position)
                WHERE document_id = ?""",
                (document_id,),
            )
            db.conn.execute(
                """UPDATE units SET updated_by = CASE id % 3 WHEN 0 THEN 'Ana' ELSE 'Ben' END,
                  state = 'reviewed', version = 2 WHERE document_id = ? AND id % 20 = 1""",
                (document_id,),
            )
            db.conn.execute(
                "INSERT INTO revisions (unit_id, version, before, after, state_before, state_after, actor, at,"
                " seconds, edit_distance) SELECT id, 2, target, target, 'translated', 'reviewed', updated_by,"
                " updated_at, 9, 0 FROM units WHERE document_id = ? AND updated_by <> ''",
                (document_id,),
            )
        found = [
            (row[0], "numbers", [Finding("numbers", "warning", "7 is missing")])
            for row in db.conn.execute(
                "SELECT id FROM units WHERE document_id = ? AND id % 10 = 0", (document_id,)
            )
        ]
        store.save_findings(db, found)


class Person:
    """Somebody with a signed name and a connection that stays open."""

    def __init__(self, url: str, name: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.ask("POST", f"{HOME}/name", f"name={name}")
        page = self.ask("GET", f"{HOME}/people")[1]
        token = page.partition('name="workbench-csrf" content="')[2].partition('"')[0]
        self.headers |= {"Content-Type": "application/json", "x-csrftoken": token}

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """The status and the text of an answer."""
        self.connection.request(method, path, body, self.headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        cookies = [c.split(";")[0] for c in response.headers.get_all("set-cookie", [])]
        if cookies:
            known = self.headers.get("Cookie")
            self.headers["Cookie"] = "; ".join([*([known] if known else []), *cookies])
        return response.status, text

    def save(self, unit_id: int, version: int, target: str) -> tuple[int, dict[str, object]]:
        """Save a text."""
        body = json.dumps({"target": target, "version": version, "action": "save", "seconds": 5})
        status, text = self.ask("POST", f"{HOME}/unit/{unit_id}/save", body)
        return status, json.loads(text)


def timed(work: Callable[[int], object], times: int) -> Figures:
    """Median and 95th percentile of doing work, and the server's processor time for one, in milliseconds."""
    before, found = server_seconds(), []
    for number in range(times):
        started = time.perf_counter()
        work(number)
        found.append(1000 * (time.perf_counter() - started))
    return *quantiles(found), 1000 * (server_seconds() - before) / times


def server_seconds() -> float:
    """Processor time that our child, the server, has used: it does not depend on who else works here.

    From the scheduler's nanoseconds: the clock's ticks of a hundredth are too long for a page.
    """
    total = 0
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            for thread in Path(f"/proc/{child}/task").iterdir():
                total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def made(units: int, path: Path) -> None:
    """Fill a database, or take the one that is kept."""
    kept = Path(sys.argv[sys.argv.index("--keep") + 1]) if "--keep" in sys.argv else path.parent
    original = kept / f"{units}.db"
    if not original.exists():
        with store.opened(original) as db:
            fill(db, units)
    shutil.copyfile(original, path)


@contextmanager
def filled(units: int) -> Iterator[tuple[str, Path]]:
    """A served database with so many units."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        made(units, path)
        with served(path) as url:
            yield url, path


def measure(units: int) -> dict[str, Figures]:
    """The figures of each thing."""
    result = {}
    with filled(units) as (url, _):
        person = Person(url, "Ana")
        chosen = random.Random(2).sample(range(units // 20), SAVES)
        result["save, round trip"] = timed(
            lambda number: person.save(3 + 20 * chosen[number], 1, "Texto nuevo."), SAVES
        )
        for name, path in PAGES.items():
            assert person.ask("GET", HOME + path)[0] == 200, path
            result[name] = timed(partial(_view, person, HOME + path), VIEWS)
    return result


def _view(person: Person, path: str, _number: int) -> None:
    person.ask("GET", path)


def quantiles(times: list[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def people(amount: int, edits: int = 1000, units: int = 200) -> None:
    """Let people save into the same units at once over HTTP; prints what came of it."""
    with filled(10_000) as (url, path):
        saved: list[str] = []
        conflicts: list[int] = []
        times: list[float] = []

        def work(name: str) -> None:
            person = Person(url, name)
            chance = random.Random(name)
            known: dict[int, int] = {}
            for number in range(edits):
                unit = chance.randrange(units) + 2
                text = f"{name} {number}"
                while True:
                    started = time.perf_counter()
                    status, answer = person.save(unit, known.get(unit, 1), text)
                    times.append(1000 * (time.perf_counter() - started))
                    stored = answer["unit" if status == 200 else "conflict"]
                    known[unit] = stored["version"]  # type: ignore[index]
                    if status == 200:
                        saved.append(text)
                        break
                    conflicts.append(unit)

        threads = [threading.Thread(target=work, args=(f"Person{n}",)) for n in range(amount)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wall = time.perf_counter() - started
        with store.opened(path) as db:
            kept = {
                row[0] for row in db.conn.execute("SELECT after FROM revisions WHERE seconds = 5")
            }
        median, late = quantiles(times)
        print(f"{amount} people, {edits} edits each, {units} units: {len(saved)} saved,"
              f" {len(set(saved) - kept)} lost, {len(conflicts)} conflicts answered with both texts;"
              f" {len(saved) / wall:.0f} saves/s, {median:.1f} ms median, {late:.1f} ms at 95 %")  # fmt: skip


def main() -> None:
    """Print the table."""
    if "--people" in sys.argv:
        people(int(sys.argv[sys.argv.index("--people") + 1]))
        return
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdigit()] or [
        10_000,
        1_000_000,
    ]
    results = [measure(size) for size in sizes]
    heads = [f"{size:,} units: median | 95 % | server CPU" for size in sizes]
    print(f"| ms over HTTP | {' | '.join(heads)} | ratio of CPU |")
    print("|---|" + "--:|" * (3 * len(sizes) + 1))
    for name in results[0]:
        cells = [f"{figure:.1f}" for each in results for figure in each[name]]
        ratio = results[-1][name][2] / results[0][name][2]
        print(f"| {name} | {' | '.join(cells)} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
