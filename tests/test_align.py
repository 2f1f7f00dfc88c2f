"""workbench align from files to the grid: every way in, nothing done twice, nothing of a person lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from samples import add_text, draft_all

from workbench import pairing, store
from workbench.cli import main
from workbench.errors import AlignError, InputError
from workbench.model import Alignment, Bead
from workbench.store import Edit
from workbench.store.alignments import Bitext, save_alignment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from click.testing import Result

    from workbench.store import Database

ENGLISH = [
    "The lighthouse stood at the end of the pier.",
    "Anna lit the lamp at six every evening.",
    "In 1912 a storm broke the large window.",
    "Nobody came to mend it.",
    "The captain wrote a letter to the harbour office.",
    "The office answered after three weeks.",
]
SPANISH = [
    "El faro estaba al final del muelle.",
    "Anna encendía la lámpara a las seis cada tarde.",
    "En 1912 una tormenta rompió la ventana grande.",
    "Nadie vino a arreglarla.",
    "El capitán escribió una carta a la oficina del puerto.",
    "La oficina contestó después de tres semanas.",
]
ONE_TO_ONE = [([i], [i]) for i in range(6)]


def write(path: Path, lines: Sequence[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def run(db_path: Path, *arguments: object, code: int = 0) -> Result:
    command = ["align", *map(str, arguments), "--db", str(db_path)]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "story.en.txt", ENGLISH), write(tmp_path / "story.es.txt", SPANISH)


def shape(
    db: Database, document_id: int = 1, lang: str = "es"
) -> list[tuple[list[int], list[int]]]:
    return [(b["source"], b["target"]) for b in store.bitexts.beads(db, document_id, lang)]


def rows(db: Database, table: str) -> list[dict[str, Any]]:
    return store.rows(db, f"SELECT * FROM {table}")


def test_two_files_named_by_language(
    files: tuple[Path, Path], db_path: Path, tmp_path: Path
) -> None:
    beads = tmp_path / "beads.tsv"
    result = run(db_path, *files, "--lines", "--beads", beads, "--json")
    summary = json.loads(result.stdout)
    assert summary["types"] == {"1:1": 6}
    assert summary["unaligned"] == []
    assert len(summary["look_first"]) == 5
    lines = [line.split("\t") for line in beads.read_text("utf-8").splitlines()]
    assert [(source, target) for source, target, _ in lines] == [(str(i), str(i)) for i in range(6)]
    assert all(0 < float(confidence) <= 1 for *_, confidence in lines)
    with store.opened(db_path) as db:
        units = list(store.bitext(db, "es"))
        assert [(u.source, u.target) for u in units] == list(zip(ENGLISH, SPANISH, strict=True))
        assert {u.state for u in units} == {"translated"}
        assert {u.sub_state for u in units} == {"wb:aligned"}
        assert rows(db, "lexicon") != []
        assert rows(db, "alignment_parts") == []


def test_the_same_again_changes_nothing(files: tuple[Path, Path], db_path: Path) -> None:
    run(db_path, *files, "--lines")
    with store.opened(db_path) as db:
        before = list(db.conn.iterdump())
    assert "aligned already" in run(db_path, *files, "--lines").output
    with store.opened(db_path) as db:
        assert list(db.conn.iterdump()) == before


def test_line_numbers_count_blank_lines(db_path: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "a.en.txt", [ENGLISH[0], "", "", *ENGLISH[1:]])
    target = write(tmp_path / "a.es.txt", ["", *SPANISH])
    run(db_path, source, target, "--lines", "--beads", tmp_path / "b.tsv")
    pairs = [line.split("\t")[:2] for line in (tmp_path / "b.tsv").read_text().splitlines()]
    assert pairs == [["0", "1"], ["3", "2"], ["4", "3"], ["5", "4"], ["6", "5"], ["7", "6"]]


def test_folders_are_paired_by_name(db_path: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / "en" / f"{name}.txt", [*ENGLISH, f"The end of {name}."])
        write(tmp_path / "es" / f"{name}.txt", [*SPANISH, f"Fin de {name}."])
    write(tmp_path / "en" / "three.txt", ENGLISH)
    result = run(
        db_path, tmp_path / "en", tmp_path / "es", "--lines", "--beads", tmp_path / "beads"
    )
    assert "no partner" in result.output
    assert "three.txt" in result.output
    assert len(list((tmp_path / "beads").iterdir())) == 2
    with store.opened(db_path) as db:
        assert len(rows(db, "bitexts")) == 2
        assert [row["status"] for row in rows(db, "runs")] == ["done"]


def test_one_folder_and_names_that_fit_twice(db_path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    write(folder / "a.en.txt", ENGLISH)
    write(folder / "a.es.txt", SPANISH)
    write(folder / "b.en.txt", ENGLISH[:3])
    write(folder / "b-en.txt", ENGLISH[:4])
    write(folder / "b.es.txt", SPANISH[:3])
    write(folder / "readme.txt", ["What this is."])
    assert "--from" in run(db_path, folder, code=1).output
    result = run(db_path, folder, "--from", "en", "--to", "es", "--lines", code=3)
    assert "several files fit" in result.output
    assert "readme.txt" in result.output
    with store.opened(db_path) as db:
        assert shape(db) == ONE_TO_ONE


@pytest.mark.parametrize(
    ("source", "target", "langs"),
    [
        ("book.de.txt", "book.fr.txt", ("de", "fr")),
        ("book_de.txt", "book_fr.txt", (None, None)),
        ("de/ch1/book.txt", "fr/ch1/book.txt", (None, None)),
        ("ch1.pt-BR.txt", "ch1.en.txt", ("pt-BR", "en")),
        ("ch1.pt.txt", "ch1.en.txt", ("pt-BR", "en")),
        ("de profundis.en.txt", "de profundis.fr.txt", ("en", "fr")),
        ("DE/Kapitel-1.txt", "FR/kapitel_1.html", ("de", "fr")),
        ("same.txt", "same.txt", (None, None)),
    ],
)
def test_names_that_belong_together(
    source: str, target: str, langs: tuple[str | None, str | None], tmp_path: Path
) -> None:
    folders = (tmp_path / "x", tmp_path / "y")
    paths = (folders[0] / source, folders[1] / target)
    paired = pairing.pair_up(folders, ([paths[0]], [paths[1]]), langs)
    assert paired.pairs == [paths]


def test_names_say_their_language(tmp_path: Path) -> None:
    for name, tag in (
        ("book.de.txt", "de"), ("book_fr.txt", "fr"), ("es/book.txt", "es"), ("book.txt", None),
        ("to.txt", None), ("how to.txt", None), ("is.it.a.book.txt", None),
    ):  # fmt: skip
        assert pairing.named_lang(tmp_path / name) == tag


def test_two_columns(db_path: Path, tmp_path: Path) -> None:
    table = [
        "source\ttarget",
        *(f"{a}\t{b}" for a, b in zip(ENGLISH, SPANISH, strict=True)),
        "",
        "\tFin.",
    ]
    path = write(tmp_path / "table.tsv", table)
    run(db_path, path, "--from", "en", "--to", "es", "--beads", tmp_path / "b.tsv")
    assert (tmp_path / "b.tsv").read_text().splitlines()[0].startswith("1\t1\t")
    with store.opened(db_path) as db:
        assert len(list(store.bitext(db, "es"))) >= 6
    wrong = write(tmp_path / "wrong.tsv", ["a\tb", "a\tb\tc"])
    assert "line 2: 3 columns" in run(db_path, wrong, "--from", "en", "--to", "es", code=1).output


def test_documents_of_the_database(files: tuple[Path, Path], db_path: Path) -> None:
    with store.opened(db_path) as db:
        add_text(db, ENGLISH, path="stored.txt")
    run(db_path, "--document", 1, files[1], "--lines")
    with store.opened(db_path) as db:
        assert shape(db) == ONE_TO_ONE
        target = rows(db, "bitexts")[0]["target_document_id"]
    assert "aligned already" in run(db_path, "--document", 1, "--document", target).output
    assert "no current document 99" in run(db_path, "--document", 99, files[1], code=1).output


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"  \n\n ", "no text"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\x00\x01\x02 binary \xff", "binary"),
        (None, "no file"),
    ],
)
def test_hostile_files_end_with_one_line(
    content: bytes | None, word: str, files: tuple[Path, Path], db_path: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.es.txt"
    if content is not None:
        bad.write_bytes(content)
    result = run(db_path, files[0], bad, code=1)
    assert word in result.output
    with store.opened(db_path) as db:
        assert rows(db, "documents") == []  # the good one is not left behind alone


def test_wrong_usage(files: tuple[Path, Path], db_path: Path, tmp_path: Path) -> None:
    run(db_path, code=2)
    run(db_path, files[0], tmp_path, code=2)
    run(db_path, *files, "--lines", "--format", "txt", code=2)
    run(db_path, *files, files[0], code=2)
    assert "choose one of" in run(db_path, *files, "--aligner", "none", code=1).output
    assert "both en" in run(db_path, files[0], files[0], code=1).output
    assert "not a language tag" in run(db_path, *files, "--from", "klingon!", code=1).output
    plain = write(tmp_path / "plain.txt", ENGLISH)
    assert "--from" in run(db_path, plain, files[1], code=1).output
    assert "not a known encoding" in run(db_path, *files, "--encoding", "utf-9", code=1).output
    place = tmp_path / "none" / "b.tsv"
    assert "cannot write" in run(db_path, *files, "--lines", "--beads", place, code=1).output


def test_hostile_texts_end_soon_and_are_whole(db_path: Path, tmp_path: Path) -> None:
    book = [f"{ENGLISH[i % 6]} Number {i}." for i in range(300)]
    for name, source, target in (
        ("one", ["One sentence alone."], book),
        ("same", book[:80], book[:80]),
        ("backwards", book[100:180], book[100:180][::-1]),
        ("long", ["word " * 20_000], ["palabra " * 20_000, "otra."]),
    ):
        paths = (
            write(tmp_path / f"{name}.en.txt", source),
            write(tmp_path / f"{name}.es.txt", target),
        )
        run(db_path, *paths, "--lines")
    with store.opened(db_path) as db:
        for row in rows(db, "bitexts"):
            found = shape(db, row["document_id"])
            for side, document in ((0, row["document_id"]), (1, row["target_document_id"])):
                count = store.rows(
                    db, "SELECT count(*) AS n FROM segments WHERE document_id = ?", (document,)
                )[0]["n"]
                assert sorted(n for bead in found for n in bead[side]) == list(range(count))


def test_machine_drafts_give_way_and_stay_among_the_matches(
    db_path: Path, files: tuple[Path, Path]
) -> None:
    with store.opened(db_path) as db:
        document = add_text(db, ENGLISH, path="stored.txt").document_id
        draft_all(db, document)
        store.edit_unit(db, Edit(3, 1, "ana", target="Mi texto.", state="reviewed"))
        ids = [unit.unit_id for unit in store.bitext(db, "es")]
    run(db_path, "--document", 1, files[1], "--lines")
    with store.opened(db_path) as db:
        units = list(store.bitext(db, "es"))
        assert [unit.unit_id for unit in units] == ids
        assert units[2].target == "Mi texto."
        assert units[2].state == "reviewed"
        assert units[2].updated_by == "ana"
        assert [u.target for u in units[:2] + units[3:]] == SPANISH[:2] + SPANISH[3:]
        texts = [match["text"] for match in store.matches(db, ids[2])]
        assert texts == [SPANISH[2], ENGLISH[2].upper()]
        assert [match["type"] for match in store.matches(db, ids[0])] == ["tm", "mt"]


Sides = tuple["Sequence[int]", "Sequence[int]"]


def save(db: Database, beads: Sequence[Sides], target: int = 2, lang: str = "es") -> None:
    found = Alignment([Bead(tuple(s), tuple(t), 0.9) for s, t in beads], 1.0)
    with store.running(db, "align", {}) as run:
        save_alignment(db, Bitext(1, target, lang), found, origin="test 1", run_id=run.run_id)
        run.counts["aligned"] = 1


def test_aligning_again_keeps_what_people_did(db: Database) -> None:
    add_text(db, ENGLISH)
    add_text(db, SPANISH, path="b.txt", lang="es")
    save(db, [([0, 1], [0]), ([2], [1, 2]), ([], [3]), ([3], []), ([4], [4]), ([5], [5])])
    ids = [unit.unit_id for unit in store.bitext(db, "es")]
    store.beads.confirm(db, store.beads.Seen("ana"), ids[0])
    store.edit_unit(db, Edit(ids[4], 1, "ben", target="De Ben."))
    assert store.alignments.pins(db, Bitext(1, 2, "es")) == [((0, 1), (0,)), ((4,), (4,))]
    save(db, [([0, 1], [0]), ([2], [1]), ([3], [2, 3]), ([4], [4]), ([5], [5])])
    assert shape(db) == [([0, 1], [0]), ([2], [1]), ([3], [2, 3]), ([4], [4]), ([5], [5])]
    units = {unit.unit_id: unit for unit in store.bitext(db, "es")}
    assert units[ids[4]].target == "De Ben."
    confirmed = store.rows(
        db, "SELECT unit_id, confirmed_by FROM beads WHERE confirmed_by IS NOT NULL"
    )
    assert confirmed == [{"unit_id": ids[0], "confirmed_by": "ana"}]
    assert units[ids[5]].version == 1  # nothing changed there
    assert ids[2] not in units  # the lone bead is on the shelf, with its history
    assert store.rows(db, "PRAGMA foreign_key_check") == []


def test_a_touched_unit_is_not_torn(db: Database) -> None:
    add_text(db, ENGLISH)
    add_text(db, SPANISH, path="b.txt", lang="es")
    draft_all(db, 1)
    store.edit_unit(db, Edit(2, 1, "ana", target="Mía."))
    save(db, [([0, 1, 2], [0, 1]), ([3], [2]), ([4, 5], [3, 4, 5])])
    assert shape(db) == [([0], []), ([1], [0, 1]), ([2], []), ([3], [2]), ([4, 5], [3, 4, 5])]
    assert store.unit(db, 2).target == "Mía."
    assert store.matches(db, 2)[0]["text"] == " ".join(SPANISH[:2])


def test_many_additions_and_another_language(db: Database) -> None:
    """Units without a source find places between the segments, for every language of a text."""
    add_text(db, ENGLISH)
    add_text(db, SPANISH, path="b.txt", lang="es")
    add_text(db, SPANISH, path="c.txt", lang="gl")
    draft_all(db, 1, "fr")
    save(
        db,
        [
            ([], [0]),
            ([], [1]),
            ([0], []),
            ([1, 2, 3], [2]),
            ([], [3]),
            ([4, 5], []),
            ([], [4]),
            ([], [5]),
        ],
    )
    assert [u.source for u in store.bitext(db, "fr")] == ENGLISH
    save(db, [([], [0]), ([0], []), *ONE_TO_ONE[1:]], target=3, lang="gl")
    assert shape(db)[:4] == [([], [0]), ([], [1]), ([0], []), ([1, 2, 3], [2])]
    assert shape(db, 1, "gl")[:2] == [([], [0]), ([0], [])]
    assert [u.source for u in store.bitext(db, "fr")] == ENGLISH
    store.ensure_units(db, 1, "pt")
    assert [u.source for u in store.bitext(db, "pt")] == ENGLISH


def test_a_new_version_of_either_text(db_path: Path, files: tuple[Path, Path]) -> None:
    run(db_path, *files, "--lines")
    with store.opened(db_path) as db:
        first = next(iter(store.bitext(db, "es")))
        store.beads.confirm(db, store.beads.Seen("ana"), first.unit_id)
    write(files[1], ["Prólogo del traductor.", *SPANISH])
    run(db_path, *files, "--lines")
    with store.opened(db_path) as db:
        assert [u.target for u in store.bitext(db, "es") if u.source] == SPANISH
        assert store.unit(db, first.unit_id).state == "reviewed"
    write(files[0], [*ENGLISH, "A sentence more."])
    run(db_path, *files, "--lines")
    with store.opened(db_path) as db:
        units = list(store.bitext(db, "es"))
        assert [u.source for u in units if u.source] == [*ENGLISH, "A sentence more."]
        assert [u.target for u in units if u.source][:6] == SPANISH
        assert store.unit(db, first.unit_id).state == "reviewed"


def test_another_translation_needs_a_word(
    db_path: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    run(db_path, *files, "--lines")
    other = write(tmp_path / "other.es.txt", [line.upper() for line in SPANISH])
    assert "--redo" in run(db_path, files[0], other, "--lines", code=1).output
    run(db_path, files[0], other, "--lines", "--redo")
    with store.opened(db_path) as db:
        assert next(iter(store.bitext(db, "es"))).target == SPANISH[0].upper()


def test_null_beads_in_exports(db_path: Path, tmp_path: Path) -> None:
    with store.opened(db_path) as db:
        add_text(db, ENGLISH)
        add_text(db, SPANISH, path="b.txt", lang="es")
        save(db, [([0], [0]), ([1], []), ([], [1]), ([2, 3], [2, 3]), ([4], [4]), ([5], [5])])
    out = tmp_path / "out"
    formats = [word for name in ("tmx", "moses", "tsv", "jsonl") for word in ("--format", name)]
    command = ["export", "--to", "es", "--out", str(out), "--db", str(db_path), *formats]
    texts = []
    for _ in range(2):
        assert CliRunner().invoke(main, command, catch_exceptions=False).exit_code == 0
        texts.append(
            [out.with_name(f"out.{end}").read_text() for end in ("tmx", "en", "es", "tsv", "jsonl")]
        )
    assert texts[0] == texts[1]
    tmx, english, spanish, tsv, jsonl = texts[0]
    assert tmx.count("<tu ") == 4
    assert english.splitlines() == [ENGLISH[0], " ".join(ENGLISH[2:4]), *ENGLISH[4:]]
    assert spanish.splitlines() == [SPANISH[0], " ".join(SPANISH[2:4]), *SPANISH[4:]]
    assert len(tsv.splitlines()) == 7
    assert len(jsonl.splitlines()) == 6


def test_translating_leaves_translations_alone(db_path: Path, files: tuple[Path, Path]) -> None:
    run(db_path, *files, "--lines")
    with store.opened(db_path) as db:
        assert store.count_pending(db, [1], "es", redo=True) == 0
        assert store.documents_of(db, None, None) == [1]  # the Spanish text is no text to translate


def test_what_was_learned_is_kept(db_path: Path, files: tuple[Path, Path]) -> None:
    run(db_path, *files, "--lines")
    with store.opened(db_path) as db:
        known = store.bitexts.lexicon(db, "en", "es")
        assert known.rows
        assert len(store.bitexts.lexicon(db, "es", "en").rows) == len(known.rows)
    run(db_path, *files, "--lines", "--redo")
    with store.opened(db_path) as db:
        assert store.bitexts.lexicon(db, "en", "es") == known  # what was known is not counted twice


SLOW = """
import sys
from workbench import registry
from workbench.aligners.lexical import Lexical
align = Lexical.align
def killed(self, texts, *, langs, tables, progress, saved):
    saved["part"] = b"done"
    print("saved", flush=True)
    import time
    time.sleep(60)
Lexical.align = killed
from workbench.cli import main
main(sys.argv[1:])
"""


def test_a_killed_run_goes_on(
    db_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["align", *map(str, files), "--lines", "--db", str(db_path)]
    process = subprocess.Popen([sys.executable, "-c", SLOW, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"saved\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with store.opened(db_path) as db:
        assert rows(db, "bitexts") == []
        assert list(store.bitext(db, "es")) == []
        assert len(rows(db, "alignment_parts")) == 1
    from workbench.aligners.lexical import Lexical

    found: list[dict[str, bytes]] = []
    align = Lexical.align

    def watched(self: Lexical, texts: Any, **options: Any) -> Any:
        found.append(dict(options["saved"]))
        options["saved"].clear()
        return align(self, texts, **options)

    monkeypatch.setattr(Lexical, "align", watched)
    run(db_path, *files, "--lines")
    assert found == [{"part": b"done"}]
    with store.opened(db_path) as db:
        assert shape(db) == ONE_TO_ONE
        assert [row["status"] for row in rows(db, "runs")] == ["interrupted", "done"]


def test_units_split_and_merged_on_the_review_page_stay_beads(db: Database) -> None:
    add_text(db, ENGLISH)
    add_text(db, SPANISH, path="b.txt", lang="es")
    save(db, ONE_TO_ONE)
    done = store.merge_units(db, 1, 1, 1, actor="ana")
    assert shape(db)[0] == ([0, 1], [0, 1])
    done = store.split_unit(
        db, 1, 2, source_at=len(ENGLISH[0]) + 1, target_at=len(SPANISH[0]) + 1, actor="ana"
    )
    assert shape(db) == ONE_TO_ONE
    assert store.undo(db, done.run_id, "ana", store.Rules())
    assert shape(db)[0] == ([0, 1], [0, 1])
    types = store.rows(db, "SELECT type FROM beads ORDER BY unit_id")
    assert types[0]["type"] == "2:2"


def test_soon_enough(db: Database) -> None:
    """Not a timing: a text of 3,000 beads is stored and read without a query for each of its pairs."""
    count = 3000
    add_text(db, [f"Sentence {i}." for i in range(count)])
    add_text(db, [f"Frase {i}." for i in range(count)], path="b.txt", lang="es")
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    save(db, [([i], [i]) for i in range(count)])
    assert len({statement.split("(")[0][:60] for statement in statements}) < 60
    db.conn.set_trace_callback(None)
    started = time.process_time()
    assert len(shape(db)) == count
    assert time.process_time() - started < 20


def test_an_aligner_that_loses_segments_is_caught(db: Database) -> None:
    add_text(db, ENGLISH)
    add_text(db, SPANISH, path="b.txt", lang="es")
    for wrong in (ONE_TO_ONE[1:], [*ONE_TO_ONE, ([0], [])], [([0], [9]), *ONE_TO_ONE[1:]]):
        with pytest.raises(AlignError, match="left out or repeated"):
            save(db, wrong)
    assert rows(db, "units") == rows(db, "bitexts") == []
    save(db, ONE_TO_ONE[::-1])
    assert shape(db) == ONE_TO_ONE


def test_drafts_help_the_aligner(
    db_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.aligners.lexical import Lexical

    seen: list[Any] = []
    align = Lexical.align

    def watched(self: Lexical, texts: Any, **options: Any) -> Any:
        seen.append(texts[0].source_mt)
        return align(self, texts, **options)

    monkeypatch.setattr(Lexical, "align", watched)
    run(db_path, *files, "--lines", "--engine", "fake")
    assert len(seen[0]) == len(ENGLISH)
    assert seen[0][0].startswith("The·es lighthouse·es")
    assert (
        "no engine named"
        in run(db_path, *files, "--lines", "--redo", "--engine", "x", code=1).output
    )


def test_names_without_partner_are_an_error(tmp_path: Path) -> None:
    folders = (tmp_path / "a", tmp_path / "b")
    with pytest.raises(InputError, match="name them alike"):
        pairing.pair_up(folders, ([folders[0] / "x.txt"], [folders[1] / "y.txt"]), (None, None))
