"""The word models: they find what they must, agree with a plain implementation, and forget nothing."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from math import log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model import LinkDecision
from workbench.wordlinks import attention, gold, grouping, hmm, parallel, phrases, single, streaming
from workbench.wordlinks.counts import Counts
from workbench.wordlinks.streaming import Linker, chunks
from workbench.wordlinks.tables import exp_digamma
from workbench.wordlinks.tokens import key, tokens
from workbench.wordlinks.training import Chunk, Pair

if TYPE_CHECKING:
    from workbench.wordlinks.arrays import Doubles, Floats

NUMBERS = {
    "one": "un",
    "two": "deux",
    "three": "trois",
    "four": "quatre",
    "five": "cinq",
    "six": "sept",
}
THINGS = {"house": "maison", "boat": "bateau", "child": "enfant", "lamp": "lampe", "sea": "mer"}


def sentences(count: int, seed: int = 1) -> list[tuple[list[str], list[str]]]:
    """`two lamp .` and `.. lampe deux .`: the order is turned, so that position says little."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        number, thing = dice.choice(list(NUMBERS)), dice.choice(list(THINGS))
        made.append(([number, thing, "."], [THINGS[thing], NUMBERS[number], "."]))
    return made


def pairs(count: int, seed: int = 1) -> list[Pair]:
    return [Pair(source, target) for source, target in sentences(count, seed)]


def found(linker: Linker, given: list[Pair]) -> list[list[tuple[int, int]]]:
    return [[(link.source, link.target) for link in links] for links in linker.link(given)]


def test_words_that_change_places_are_linked() -> None:
    linked = found(Linker(), pairs(60))
    assert linked.count([(0, 1), (1, 0), (2, 2)]) >= 57


def test_many_chunks_give_the_same_links_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "CELLS", 180)
    linker = Linker()
    assert linker.learn(pairs(200)) is None
    linked = found(linker, pairs(200))
    assert len(linked) == 200
    assert linked.count([(0, 1), (1, 0), (2, 2)]) >= 195


def test_links_are_the_same_to_the_last_bit_with_any_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [Pair([*p.source] * k, [*p.target] * k) for k in range(1, 12) for p in pairs(9, seed=k)]
    shared = list(Linker().link(texts))
    with ThreadPoolExecutor(3) as three:
        monkeypatch.setattr(parallel, "_workers", lambda: three)
        assert list(Linker().link(texts)) == shared
    monkeypatch.setattr(parallel, "_workers", lambda: None)
    assert list(Linker().link(texts)) == shared


def test_one_chunk_is_learned_from_when_it_is_linked() -> None:
    linker = Linker()
    assert linker.learn(pairs(20)) == pairs(20)
    assert linker.learned is None


def test_a_lexicon_links_a_single_pair() -> None:
    linker = Linker()
    chunk = Chunk(pairs(80))
    chunk.learn(3, 3)
    alone = [Pair(["two", "boat", "."], ["bateau", "deux", "."])]
    assert found(Linker(chunk.learned()), alone) == [[(0, 1), (1, 0), (2, 2)]]
    assert found(Linker(chunk.learned().turned()), [Pair(alone[0].target, alone[0].source)]) == [
        [(0, 1), (1, 0), (2, 2)]
    ]
    assert linker.lexicon is None


def test_a_text_that_repeats_itself_is_linked_in_order() -> None:
    known = [(f"a{k}", f"b{k}") for k in range(26)]
    lexicon = counts_of([(source, target, 9) for source, target in known])
    (linked,) = found(Linker(lexicon), [Pair([a for a, _ in known] * 3, [b for _, b in known] * 3)])
    assert len(linked) >= 70
    assert all(i == j for i, j in linked)


@pytest.mark.parametrize(
    "given",
    [
        [],
        [Pair([], [])],
        [Pair(["a"], []), Pair([], ["b"])],
        [Pair(["a"], ["b"])],
        [Pair(["a"] * 900, ["b"] * 3)],
        [Pair([f"w{i}" for i in range(260)], [f"w{i}" for i in range(260)])],
    ],
)
def test_odd_pairs(given: list[Pair]) -> None:
    linked = found(Linker(), given)
    assert len(linked) == len(given)
    for links, pair in zip(linked, given, strict=True):
        assert all(i < len(pair.source) and j < len(pair.target) for i, j in links)


def test_what_a_person_decided_is_learned() -> None:
    texts = pairs(60)
    odd = Pair(["frob", "lamp"], ["lampe", "zzz", "yyy"])
    plain = found(Linker(), [*texts, odd])[-1]
    assert (0, 2) not in plain or (0, 1) not in plain
    told = Pair(odd.source, odd.target, [(0, 2, gold.MADE), (0, 1, gold.REMOVED)], gold.WEIGHT)
    other = Pair(["frob", "boat"], ["bateau", "zzz", "yyy"])
    linked = found(Linker(), [*texts, told, other])
    assert (0, 2) in linked[-2]
    assert (0, 1) not in linked[-2]
    assert (0, 2) in linked[-1]


def brute_force(emission: Floats, empty: Floats, jumps: Floats, share: float) -> Doubles:
    """Posteriors (I, J) by summing over all alignments; a state is a place and whether it is empty."""
    width, count = emission.shape
    step = np.array([[jumps[hmm.WIDEST + b - a] for b in range(width)] for a in range(width)])
    step = (1 - share) * step / step.sum(1, keepdims=True)
    paths: list[tuple[tuple[int | None, ...], float, int | None]] = [((), 1.0, None)]
    for j in range(count):
        longer: list[tuple[tuple[int | None, ...], float, int | None]] = []
        for path, weight, last in paths:
            for i in range(width):
                start = 1 / width
                full = (1 - share) * start if last is None else step[last, i]
                longer.append(((*path, i), weight * full * emission[i, j], i))
                if last is None or last == i:
                    held = share * (start if last is None else 1)
                    longer.append(((*path, None), weight * held * empty[j], i))
        paths = longer
    result = np.zeros((width, count))
    total = sum(weight for _, weight, _ in paths)
    for path, weight, _ in paths:
        for j, place in enumerate(path):
            if place is not None:
                result[place, j] += weight / total
    return result


@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 3))
def test_forward_backward_equals_the_sum_over_all_alignments(
    seed: int, width: int, count: int
) -> None:
    dice = np.random.default_rng(seed)
    emission = dice.uniform(0.01, 1, (width, count)).astype(np.float32)
    empty = dice.uniform(0.01, 1, count).astype(np.float32)
    # a second, longer pair in the batch must not disturb the first
    padded = np.zeros((4, 4, 2), np.float32)
    padded[:count, :width, 0] = emission.T
    padded[:, :, 1] = dice.uniform(0.01, 1, (4, 4))
    seen = hmm.Direction(
        padded,
        np.stack([np.append(empty, np.zeros(4 - count)), np.full(4, 0.1)], 1).astype(np.float32),
        np.array([width, 4]),
        np.arange(4)[:, None] < np.array([count, 4]),
    )
    result, _ = hmm.posteriors(seen, hmm.first_jumps(), 0.2)
    expected = brute_force(emission, empty, hmm.first_jumps(), 0.2)
    np.testing.assert_allclose(result[:count, :width, 0].T, expected, atol=2e-4)
    assert not result[count:, :, 0].any()
    assert not result[:, width:, 0].any()


def test_exp_digamma() -> None:
    euler = 0.5772156649015329
    given = np.array([1.0, 2.0, 0.5, 10.0, 1e6], np.float32)
    expected = [-euler, 1 - euler, -1.9635100260214235, 2.2517525890667211, log(1e6 - 0.5)]
    np.testing.assert_allclose(exp_digamma(given), np.exp(expected), rtol=1e-4)
    assert exp_digamma(np.array([0.2], np.float32))[0] < 0.01  # rare words collect little


words = st.text("abcde", min_size=1, max_size=2)


@given(
    st.lists(st.tuples(words, words, st.integers(1, 9)), max_size=20),
    st.lists(st.tuples(words, words, st.integers(1, 9)), max_size=20),
)
def test_counts_add_up(
    first: list[tuple[str, str, int]], second: list[tuple[str, str, int]]
) -> None:
    total = counts_of(first)
    total.add(counts_of(second))
    for source, target, _ in first + second:
        expected = sum(n for s, t, n in first + second if (s, t) == (source, target))
        for counts, a, b in ((total, source, target), (total.turned(), target, source)):
            links = counts.look_up(np.array([counts.source[a]]), np.array([counts.target[b]]))
            assert links[0] == expected
    assert (np.diff(total.keys) > 0).all()


def counts_of(rows: list[tuple[str, str, int]]) -> Counts:
    counts = Counts()
    for source, target, links in rows:
        one = Counts(
            {source: 0},
            {target: 0},
            np.zeros(1, np.int64),
            np.array([links], np.float32),
            np.zeros(1, np.float32),
            np.zeros(1, np.float32),
        )
        counts.add(one)
    return counts


def test_counts_through_a_third_language() -> None:
    first = counts_of([("haus", "house", 8), ("heim", "house", 2), ("heim", "home", 6)])
    second = counts_of([("house", "maison", 9), ("home", "foyer", 3), ("home", "maison", 1)])
    through = first.through(second)
    assert through.translations("haus") == [("maison", 1.0)]
    assert [word for word, _ in through.translations("heim")] == ["foyer", "maison"]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (
            "L'homme n'a-t-il pas dit qu’il vient ?",
            "fr",
            "L'|homme|n'|a|-t|-il|pas|dit|qu’|il|vient|?",
        ),
        ("aujourd'hui, là-bas, celui-ci", "fr", "aujourd'hui|,|là-bas|,|celui|-ci"),
        ("He doesn't say \"it's...\" 3.5%", "en", "He|doesn|'t|say|\"|it|'s|...|\"|3.5|%"),
        ("dell'arte e quest'anno", "it", "dell'|arte|e|quest'|anno"),
        ("dá-me-lo já", "pt", "dá|-me|-lo|já"),
        ("我爱北京。", "zh", "我|爱|北|京|。"),
        ("हिन्दी में।", "hi", "हिन्दी|में|।"),
        ("l'homme", "de", "l'homme"),
        (
            "\U0001f469\u200d\U0001f466 ok \u2764\ufe0f\u2764\ufe0f!",
            "en",
            "\U0001f469\u200d\U0001f466|ok|\u2764\ufe0f\u2764\ufe0f|!",
        ),
        ("می\u200cخواهم.", "fa", "می\u200cخواهم|."),
        ("Ver\u00adfassung", "de", "Ver\u00adfassung"),
        ("a\u200bb \U0001f600\U0001f600", "en", "a|\u200b|b|\U0001f600\U0001f600"),
        ("", "en", ""),
    ],
)
def test_tokens(text: str, lang: str, expected: str) -> None:
    assert [token.text for token in tokens(text, lang)] == [
        part for part in expected.split("|") if part
    ]


@given(st.text(), st.sampled_from(["en", "fr", "it", "pt-BR", "zh", "ca"]), st.booleans())
def test_tokens_cover_all_but_space(text: str, lang: str, spaced: bool) -> None:
    found = tokens(text, lang, spaced=spaced)
    assert all(text[token.start : token.end] == token.text for token in found)
    assert "".join(token.text for token in found) == "".join(text.split())


def test_keys() -> None:
    assert key("Houses") == key("house") == "house"
    assert key("-il") == "il"
    assert key("-") == "-"
    assert key("L’") == key("l'")
    assert key("Ver\u00adfassung") == key("Verfassung")


def test_chunks_keep_every_pair_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "CELLS", 20)
    given = pairs(23)
    assert [pair for chunk in chunks(given) for pair in chunk] == given


def decision(i: int, j: int, source: str, target: str, *, linked: bool = True) -> LinkDecision:
    return LinkDecision(i, j, source, target, linked, "ana")


def test_decisions_move_with_their_words() -> None:
    made = [decision(1, 0, "lamp", "lampe"), decision(0, 1, "the", "la", linked=False)]
    assert set(gold.present(made, ["the", "lamp"], ["lampe", "la"])) == {(1, 0), (0, 1)}
    moved = gold.present(made, ["Now", "the", "old", "lamp"], ["la", "vieille", "lampe"])
    assert {place: found.linked for place, found in moved.items()} == {(3, 2): True, (1, 0): False}
    assert gold.present(made, ["lamp", "the", "lamp"], ["une", "lampe"]) == {}
    assert gold.present(made, ["lamps"], ["lampe"]) == {}


def test_the_latest_decision_wins() -> None:
    made = [decision(0, 0, "a", "b"), decision(0, 0, "a", "b", linked=False)]
    assert gold.present(made, ["a"], ["b"]) == {(0, 0): made[1]}


def test_attention_is_learned_to_be_trusted_or_not() -> None:
    texts = [(f"a{k} b{k} c{k}".split(), f"y{k} z{k} x{k}".split()) for k in range(40)]
    true = [(0, 2), (1, 0), (2, 1)]
    assert found(Linker(), [Pair(*text) for text in texts]).count(true) == 0  # all words are new
    # two hundred other pairs tell that attention is right ...
    known = [pair._replace(looked=[(0, 1), (1, 0), (2, 2)]) for pair in pairs(200)]
    asked = [Pair(*text, looked=true) for text in texts]
    assert found(Linker(), known + asked)[-40:].count(true) == 40
    # ... or that it says nothing
    dice = random.Random(5)
    known = [
        pair._replace(looked=[(dice.randrange(3), j) for j in range(3)]) for pair in pairs(200)
    ]
    assert found(Linker(), known + asked)[-40:].count(true) == 0
    assert found(Linker(), known).count([(0, 1), (1, 0), (2, 2)]) >= 195


def test_attention_goes_with_the_words_that_stay() -> None:
    looked = [(0, 1), (1, 0), (2, 2)]
    assert attention.carried(looked, ["domo", "unu", "."], ["domo", "unu", "."]) == looked
    assert attention.carried(looked, ["domo", "unu", "."], ["La", "domo", "du", "."]) == [
        (1, 1),
        (2, 3),
    ]
    assert attention.carried(looked, [], ["x"]) == []


# each thing is two characters that mean something else elsewhere, as in Chinese
WRITTEN = dict(enumerate(["山水", "山火", "木水", "木土", "小火", "小日", "大土", "大日"]))


def test_characters_that_belong_together_are_linked_together() -> None:
    dice = random.Random(3)
    texts = []
    for _ in range(200):
        first, second = dice.sample([*WRITTEN], 2)
        texts.append(
            Pair([f"thing{first}", ",", f"thing{second}"], [*WRITTEN[first], ",", *WRITTEN[second]])
        )
    groups = grouping.learn_groups([pair.target for pair in texts])
    assert groups.join([*"木土,山水"]) == (["木土", ",", "山水"], [0, 2, 3, 5])
    assert groups.join(["x"]) == (["x"], [0, 1])
    told = texts[0]._replace(
        hints=[(0, 3, gold.MADE), (0, 240, gold.MADE)], looked=[(2, 0), (9, 9)]
    )
    linker = Linker()
    assert linker.learn([told, *texts]) is not None
    linked = found(linker, [told, *texts])
    assert (0, 3) in linked[0]
    straight = [(0, 0), (0, 1), (1, 2), (2, 3), (2, 4)]
    assert linked[1:].count(straight) >= 190


def test_neighbouring_characters_with_the_same_partners_are_one_word() -> None:
    source, target = ["The", "Committee", "met"], ["委", "员", "会", "開", "會", "。"]
    links = [(1, 0), (1, 1), (1, 2), (2, 3), (2, 4)]
    made = gold.with_decisions([streaming.Link(*place, 0.9) for place in links], {}, source, target)
    named = [(link.source_word, link.target_word) for link in made]
    assert named == [("committee", "委员会"), ("", ""), ("", ""), ("met", "開會"), ("", "")]
    turned = phrases.named([(j, i) for i, j in links], target, source)
    assert turned[0, 1] == ("委员会", "committee")
    assert turned[1, 1] == ("", "")
    assert phrases.named([(0, 0), (0, 1)], ["New"], ["York", "City"]) == {
        (0, 0): ("new", "york"), (0, 1): ("new", "city"),
    }  # fmt: skip
    assert phrases.conceivable(["A", "委", "员", "b"]) == {"a", "委", "委员", "员", "b"}
    known = [("committee", "委员会", 9), (".", "。", 9), ("met", "会", 2)]
    asked = Pair(["committee", "."], ["委", "员", "会", "。"])
    linked = single.link_pair(asked, None, known)
    assert {(link.source, link.target) for link in linked} == {(0, 0), (0, 1), (0, 2), (1, 3)}


def test_no_groups_where_words_are_spaced() -> None:
    assert not grouping.learn_groups([["new", "york"], ["new", "york"]]).rounds
    assert not grouping.learn_groups([]).rounds


@given(st.lists(st.lists(st.sampled_from("山水木x"), max_size=9), max_size=9))
def test_groups_hold_every_word_once(texts: list[list[str]]) -> None:
    groups = grouping.learn_groups(texts)
    for text in texts:
        joined, starts = groups.join(text)
        assert "".join(joined) == "".join(text)
        assert [joined[k] for k in range(len(joined))] == [
            "".join(text[a:b]) for a, b in itertools.pairwise(starts)
        ]
        assert starts[-1] == len(text)
