"""Checks: what each finds, and what it must leave alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import add_text

from workbench import registry, store
from workbench.check import check
from workbench.datasette_plugin.checking import said
from workbench.model import Finding, Unit
from workbench.store import Edit

if TYPE_CHECKING:
    from workbench.store import Database


def unit(source: str, target: str) -> Unit:
    return Unit(1, 1, "a", 0, "en", "es", source, target, "translated", "", "", None, 1, "", "")


def found(source: str, target: str) -> list[str]:
    checks = registry.checks().values()
    return sorted(
        finding.name for check in checks for finding in check.findings(unit(source, target))
    )


@pytest.mark.parametrize(
    ("source", "target", "names"),
    [
        ("It cost 1,400,000 in 1995.", "Costó 1.400.000 en 1995.", []),
        ("From 117,000 to 231,000.", "De 117 000 a 213 000.", ["numbers"]),
        ("About 3.5 km.", "Unos 3,5 km.", []),
        ("Chapter 7", "Capítulo", ["numbers"]),
        ("Open file_name.txt now.", "Abra file name.txt ahora.", ["verbatim"]),
        ("See https://example.org/a?b=1.", "Véase https://example.org/a?b=1.", []),
        ("Write to ana@example.org.", "Escriba a ana @ example.org.", ["verbatim"]),
        ("Hello {name}, %s!", "Hola {name}, %s!", []),
        ("Hello {name}!", "Hola {nombre}!", ["verbatim"]),
        ("Not one word was changed here.", "Not one word was changed here.", ["copied"]),
        ("Santiago de Chile", "Santiago de Chile", []),
        ("10 km/h", "10 km/h", []),
        ("THE HARBOUR IS CLOSED TODAY", "THE HARBOUR IS CLOSED TODAY", ["copied"]),
        ("SANTIAGO DE CHILE", "SANTIAGO DE CHILE", []),
        ("The old house", "La vieja c\ufffdsa", ["garbled"]),
        ("The old \ufffd", "La vieja \ufffd", []),
        ("كل الناس يعرفون هذا البيت", "كل الناس يعرفون هذا البيت", ["copied"]),
        ("A sentence that is long enough to count.", "Corto.", ["length"]),
        ("Short.", "no " * 40, ["length", "repetition"]),
        ("We go home.", "Vamos a a a a casa.", ["repetition"]),
        ("No, no, no, no!", "¡Que no, no, no, no!", []),
        ("We go.", "el fin de el fin de el fin de el fin de semana", ["repetition"]),
    ],
)
def test_finds_what_is_wrong_and_only_that(source: str, target: str, names: list[str]) -> None:
    assert found(source, target) == names


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_a_check(source: str, target: str) -> None:
    for each in registry.checks().values():
        for finding in each.findings(unit(source, target)):
            assert finding.message
            assert finding.name == each.name


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "1 111" * 50_000, "<a" * 100_000, "{" * 200_000, "a_" * 100_000]
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    started = time.process_time()
    found(text, text[:-1])
    assert time.process_time() - started < 5


def test_findings_are_stored_and_go_when_mended(db: Database) -> None:
    store.ensure_units(db, add_text(db, ["Chapter 7", "Two."]).document_id, "es")
    store.edit_unit(db, Edit(1, 0, "ana", target="Capítulo"))
    assert check(db, ["es"]) == (1, 1)
    assert check(db, ["es"]) == (1, 0)
    rows = store.rows(db, "SELECT unit_id, name, message FROM findings")
    assert rows == [{"unit_id": 1, "name": "numbers", "message": "not in the target: 7"}]
    store.edit_unit(db, Edit(1, 1, "ana", target="Capítulo 7"))
    assert check(db, ["es"]) == (0, 1)
    assert db["findings"].count == 0


def test_a_check_that_fails_at_a_save_is_a_finding() -> None:
    class Broken:
        name = "broken"

        def findings(self, unit: Unit) -> list[Finding]:
            return [Finding("broken", "info", str(1 // len(unit.target)))]

    (finding,) = said(Broken(), unit("a", ""))
    assert finding.name == "broken"
    assert "ZeroDivisionError" in finding.message
    assert said(Broken(), unit("a", "b"))[0].message == "1"
