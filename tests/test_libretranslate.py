"""The engine `libretranslate` against a real server that is slow, busy, broken, strict or gone."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from httpserving import serving
from hypothesis import given
from hypothesis import strategies as st
from libreserver import LibreServer, Trouble, failed, translated

from workbench import store
from workbench.cli import main
from workbench.engines import libreserver as client
from workbench.engines import lines
from workbench.engines.libretranslate import LibreTranslate, LibreTranslator
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LibreServer]:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    with serving(LibreServer()) as running:
        monkeypatch.setenv(client.URL, running.url)
        yield running
    client._languages.cache_clear()


def loaded() -> LibreTranslator:
    return LibreTranslate().load("en", "es")


def best(translator: LibreTranslator, *texts: str) -> list[str]:
    return [
        d.hypotheses[0].text if d.hypotheses else f"! {d.error}"
        for d in translator.translate(texts)
    ]


def test_texts_go_in_batches_each_line_once_and_space_stays(server: LibreServer) -> None:
    texts = ["One lamp.", "  One lamp.\n\n\tTwo! \n", "One lamp.", "…", ""]
    assert best(loaded(), *texts) == [
        "One·es lamp·es.", "  One·es lamp·es.\n\n\tTwo·es! \n", "One·es lamp·es.", "…", "",
    ]  # fmt: skip
    assert [sorted(question["q"]) for question in server.asked] == [["One lamp.", "Two!"]]
    assert server.asked[0] | {"q": []} == {
        "q": [],
        "source": "en",
        "target": "es",
        "format": "text",
    }


def test_many_texts_are_several_requests_of_bounded_size(server: LibreServer) -> None:
    texts = [f"text number {n} " + "x" * (n + 1) for n in range(200)]
    assert best(loaded(), *texts) == [translated(text, "es") for text in texts]
    assert all(len(question["q"]) <= 32 for question in server.asked)
    assert all(sum(map(len, question["q"])) <= 4000 for question in server.asked)


@pytest.mark.parametrize(("limit", "value"), [("batch_limit", 3), ("character_limit", 60)])
def test_a_server_with_small_limits_is_learned(server: LibreServer, limit: str, value: int) -> None:
    setattr(server, limit, value)
    translator = loaded()
    texts = [f"text {n}" for n in range(40)]
    assert best(translator, *texts) == [translated(text, "es") for text in texts]
    server.asked.clear()
    assert best(translator, *texts) == [translated(text, "es") for text in texts]
    assert len(server.asked) <= 40  # the second time it asks for no more than the server takes


def test_a_text_beyond_the_limit_costs_only_itself(server: LibreServer) -> None:
    server.character_limit = 100
    short, long, other = best(loaded(), "short", "long " * 50, "other")
    assert (short, other) == ("short·es", "other·es")
    assert long.startswith("! 127.0.0.1")
    assert "exceeds text limit (100)" in long
    assert best(loaded(), *(f"text {n}" for n in range(40)))[-1] == "text·es 39·es"


def test_a_text_that_the_server_fails_on_costs_only_itself(server: LibreServer) -> None:
    server.trouble = lambda texts: failed(500, "Cannot translate text") if "evil" in texts else None
    texts = [f"text {n}" for n in range(20)]
    answers = best(loaded(), *texts[:7], "evil", *texts[7:])
    assert [a for a in answers if not a.startswith("!")] == [
        translated(text, "es") for text in texts
    ]
    assert "HTTP 500: Cannot translate text" in answers[7]


@pytest.mark.parametrize(
    "trouble",
    [
        failed(429, "Slowdown: 5 per 1 minute"),
        failed(503, "starting"),
        (0, {}, b""),
        (502, {}, b"<html>"),
    ],
)
def test_a_busy_or_lost_server_is_asked_again(server: LibreServer, trouble: Trouble) -> None:
    server.troubles = [trouble, trouble]
    assert best(loaded(), "One.") == ["One·es."]
    assert len(server.asked) == 3


def test_pauses_grow(server: LibreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    server.troubles = [failed(429, "Slowdown")] * 4
    assert best(loaded(), "One.") == ["One·es."]
    assert [p for p in pauses if p] == [0.01, 0.02, 0.04, 0.08]


def test_retry_after_is_obeyed(server: LibreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    soon = formatdate(time.time() + 30, usegmt=True)
    server.troubles = [
        failed(429, "Slowdown", **{"Retry-After": "7"}),
        failed(503, "Slowdown", **{"Retry-After": soon}),
        failed(429, "Slowdown", **{"Retry-After": "soon, please"}),
    ]
    assert best(loaded(), "One.") == ["One·es."]
    first, second, third = [p for p in pauses if p]
    assert (first, third) == (7.0, 0.04)
    assert 20 < second <= 30


def test_a_server_that_stays_busy_ends_the_run_with_a_reason(server: LibreServer) -> None:
    server.trouble = lambda _: failed(429, "Slowdown: 5 per 1 minute")
    with pytest.raises(
        EngineError, match=r"busy \(HTTP 429: Slowdown: 5 per 1 minute\).*run again"
    ):
        loaded().translate(["One."])
    assert len(server.asked) == 5
    server.trouble = lambda _: failed(429, "Slowdown", **{"Retry-After": "3600"})
    with pytest.raises(EngineError, match="run again"):
        loaded().translate(["One."])
    assert len(server.asked) == 6


def test_a_server_that_fails_on_everything_is_given_up(server: LibreServer) -> None:
    server.trouble = lambda _: failed(500, "out of memory")
    with pytest.raises(EngineError, match=r"fails again and again.*out of memory"):
        loaded().translate([f"text {n}" for n in range(100)])
    assert len(server.asked) <= 2 * 16


def test_a_server_that_is_gone_ends_the_run_with_a_reason(server: LibreServer) -> None:
    translator = loaded()
    server.trouble = lambda _: (0, {}, b"")
    with pytest.raises(EngineError, match="is gone"):
        translator.translate(["One."])


def test_slow_answers_are_given_up(server: LibreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(client.SECONDS, "0.2")
    server.stall = 0.6
    (answer,) = best(loaded(), "One.")
    assert "no answer within 0.2 seconds" in answer


def test_a_head_that_dribbles_in_is_given_up(
    server: LibreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each letter comes in time, the head as a whole does not."""
    monkeypatch.setenv(client.SECONDS, "0.3")
    translator = loaded()
    server.dribbles = 0.02
    (answer,) = best(translator, "One.")
    assert "no answer within 0.3 seconds" in answer


@pytest.mark.parametrize(
    "body",
    [
        b"<html>", b"[]", b"{}", b'{"translatedText": "one"}', b'{"translatedText": ["1", "2", "3", "4"]}',
        b'{"translatedText": [1]}', b'{"translatedText": []}', b"[" * 100_000, b"\xff\xfe",
    ],
)  # fmt: skip
def test_broken_answers_cost_only_their_texts(server: LibreServer, body: bytes) -> None:
    server.trouble = lambda texts: (200, {}, body) if "evil" in texts else None
    good, evil, other = best(loaded(), "good", "evil", "other")
    assert (good, other) == ("good·es", "other·es")
    assert "the answer" in evil


def test_what_a_server_says_cannot_command_the_terminal(server: LibreServer) -> None:
    server.trouble = lambda _: failed(400, "\x1b[2Jgone\n\u202eback " + "x" * 5000)
    (answer,) = best(loaded(), "One.")
    assert answer.startswith("! 127.0.0.1")
    assert "[2Jgone back xxx" in answer
    assert answer.isprintable()
    assert len(answer) < 400


def test_an_endless_answer_is_not_kept(
    server: LibreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_BYTES", 1 << 20)
    server.troubles = [(200, {}, b" " * (3 << 20))] * 5
    with pytest.raises(EngineError, match="more than 1 MB"):
        loaded().translate(["One."])


def test_the_key_is_sent_and_a_missing_one_is_said(
    server: LibreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "secret"
    with pytest.raises(EngineError, match=f"API key.*{client.KEY}"):
        loaded().translate(["One.", "Two."])
    monkeypatch.setenv(client.KEY, "secret")
    translator = loaded()
    assert best(translator, "One.") == ["One·es."]
    assert "secret" not in translator.origin + translator.signature


def test_texts_and_key_never_follow_a_redirect(server: LibreServer) -> None:
    with serving(LibreServer()) as thief:
        server.trouble = lambda _: (307, {"Location": f"{thief.url}/translate"}, b"")
        with pytest.raises(EngineError, match=f"sends texts on to {thief.url}"):
            loaded().translate(["One."])
        assert thief.asked == []


def test_hypotheses_are_the_servers_alternatives(server: LibreServer) -> None:
    (draft,) = loaded().translate(["One.\nTwo."], 3)
    assert [h.text for h in draft.hypotheses] == [
        "One·es.\nTwo·es.",
        "One.?0\nTwo.?0",
        "One.?1\nTwo.?1",
    ]
    server.knows_alternatives = False
    (draft,) = loaded().translate(["One."], 3)
    assert [h.text for h in draft.hypotheses] == ["One·es."]


def test_what_json_cannot_carry_is_not_sent(server: LibreServer) -> None:
    assert best(loaded(), "nul\0byte", "half \ud800 pair") == [
        "nul·es byte·es",
        "half·es ·es? pair·es",
    ]


def test_a_server_on_this_machine_is_never_asked_through_a_proxy(
    server: LibreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(LibreServer()) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert best(loaded(), "One.") == ["One·es."]
        assert proxy.paths == []


@given(st.text())
def test_a_text_cut_and_put_back_is_itself(text: str) -> None:
    cut = lines.cut(text)
    assert lines.put_back(cut, [line.core for line in cut]) == text


def test_codes_become_language_tags(server: LibreServer) -> None:
    assert {("en", "zh-Hant"), ("pt-BR", "es")} <= set(LibreTranslate().pairs())
    translator = LibreTranslate().load("en-GB", "pt")  # near variants
    assert best(translator, "One") == ["One·pb"]
    assert LibreTranslate().why_not("en", "pt") == ""
    assert "does not translate en to eo" in LibreTranslate().why_not("en", "eo")


@pytest.mark.parametrize("listed", [b"<html>", b"{}", b"[]", b'[1, {"code": 5}]', b"\xff"])
def test_what_is_no_server_offers_nothing(server: LibreServer, listed: bytes) -> None:
    server.languages = listed
    assert list(LibreTranslate().pairs()) == []
    with pytest.raises(EngineError, match=f"libretranslate.*{client.URL}"):
        loaded()


def test_servers_of_the_first_years_list_no_targets(server: LibreServer) -> None:
    server.languages = [{"code": "en", "name": "English"}, {"code": "es", "name": "Spanish"}]
    assert list(LibreTranslate().pairs()) == [("en", "es"), ("es", "en")]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "host:5000", "http://", "http://me:pw@host", "http://host?key=1", "http://h ost",
     "http://host|x:y", "http://host:port", "ftp://host"],
)  # fmt: skip
def test_only_plain_web_addresses(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(client.URL, url)
    with pytest.raises(EngineError, match=client.URL):
        loaded()
    assert list(LibreTranslate().pairs()) == []
    assert not LibreTranslate().automatic


def test_a_timeout_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(client.URL, "http://127.0.0.1:9")
    for value in ("soon", "0", "-1", "nan", "inf"):
        monkeypatch.setenv(client.SECONDS, value)
        with pytest.raises(EngineError, match=client.SECONDS):
            loaded()


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:5000", True), ("http://localhost:5000", True), ("http://[::1]:5000", True),
        ("https://libretranslate.example", False), ("http://192.168.1.2:5000", False),
        ("http://localhost.example", False), ("", False),
    ],
)  # fmt: skip
def test_only_a_server_on_this_machine_is_used_unasked(
    monkeypatch: pytest.MonkeyPatch, url: str, here: bool
) -> None:
    monkeypatch.setenv(client.URL, url)
    assert LibreTranslate().automatic is here


def test_it_is_said_that_texts_leave_the_machine() -> None:
    away = LibreTranslator(client.Server("http://mt.example:5000"), "en", "es")
    assert away.notice == (
        "texts leave this machine: they are sent to http://mt.example:5000, not encrypted"
    )
    assert (
        "encrypted" not in LibreTranslator(client.Server("https://mt.example"), "en", "es").notice
    )
    assert LibreTranslator(client.Server("http://localhost:5000"), "en", "es").notice == ""


def test_from_the_command_line(
    server: LibreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The lamp was lit. Nobody came.\n", "utf-8")
    monkeypatch.setattr(client.Server, "is_here", property(lambda _self: False))
    db = ["--db", str(tmp_path / "w.db")]
    done = CliRunner().invoke(
        main, ["run", str(text), "--to", "es", "--engine", "libretranslate", *db]
    )
    assert done.exit_code == 0, done.output
    assert f"texts leave this machine: they are sent to {server.url}, not encrypted" in done.stderr
    found = CliRunner().invoke(main, ["search", "lamp", *db, "--json"])
    assert "The·es lamp·es was·es lit·es." in found.stdout
    monkeypatch.setenv("PATH", str(tmp_path))  # no Apertium
    by_itself = ["translate", "--to", "es", "--redo", "--offline", *db]
    assert CliRunner().invoke(main, by_itself).exit_code == 1


def test_a_stopped_run_does_not_wait_for_a_server_that_hangs(
    server: LibreServer, tmp_path: Path
) -> None:
    hangs, given_up = threading.Event(), threading.Event()

    def trouble(_texts: list[str]) -> Trouble:
        hangs.set()
        assert given_up.wait(60)
        return None

    server.trouble = trouble
    text, db_path = tmp_path / "text.txt", tmp_path / "w.db"
    text.write_text("The lamp was lit. Nobody came.\n", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "run", str(text), "--to", "es", "--db", str(db_path),
         "--engine", "libretranslate"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert hangs.wait(60)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=50)  # while the server still hangs
    finally:
        given_up.set()
    assert process.returncode == 143
    assert errors.decode().splitlines()[-1].startswith("stopped; ")
    with store.opened(db_path) as db:
        assert db.execute("SELECT status FROM runs WHERE command = 'translate'").fetchall() == [
            ("interrupted",)
        ]
