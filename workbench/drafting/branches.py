"""Translates texts with ICU plurals and selects, the text of each branch for itself; asks as it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench import messages
from workbench.messages import NUMBER, ORDINAL, SELECT, Choice, Forms, Simple, Text
from workbench.model import Draft, Hypothesis

# Gives the best draft of each text.
Ask = Callable[[Sequence[str]], Sequence[Draft]]
# An apostrophe before what stands for a value would start a quotation; doubled, it is one.
_QUOTING = re.compile(r"'(?=\{)")
_TOKEN = re.compile(r"\{x(\d+)\}")


@dataclass(frozen=True, slots=True)
class Frame:
    """A stretch to translate: choices and values in it are tokens like `{x0}`.

    `sign` is the token of the number, '' without one; `sample` a number that can stand in its place.
    """

    text: str
    sign: str = ""
    sample: str = ""

    def numbered(self) -> str:
        """The text with the sample for its number; '' if that could not be found again."""
        if not self.sample or _alone(self.sample).search(self.text):
            return ""
        return self.text.replace(self.sign, self.sample)

    def signed(self, translation: str) -> str:
        """A translation of `numbered` with the number's token back in place; '' if it got lost."""
        found, count = _alone(self.sample).subn(self.sign, translation)
        return found if count == self.text.count(self.sign) else ""


def _alone(number: str) -> re.Pattern[str]:
    """Finds a number that is no part of another."""
    return re.compile(rf"(?<!\d)(?<!\d[.,]){number}(?!\d|[.,]\d)")


def by_branches(
    texts: Mapping[int, Text], target_lang: str, ask: Ask
) -> dict[int, tuple[str, list[Hypothesis]]]:
    """Translations of texts with choices, by their keys, each with those of its stretches.

    None for a text that came out broken.  A number is shown to the engine as a number of its
    category, which tells it the form of the noun (2 files, 5 files); where it does not come back,
    it is hidden like a placeholder.
    """
    if not texts:  # nearly always
        return {}
    forms = messages.forms(target_lang)
    frames = {key: _frames(text, forms) for key, text in texts.items()}
    said = _translated(list(dict.fromkeys(f for mine in frames.values() for f in mine)), ask)
    made = {}
    for key, text in texts.items():
        if all(frame in said for frame in frames[key]):
            draft = written(text, forms, lambda frame: said[frame].text)
            if not messages.faults(text, draft, forms):
                made[key] = draft, [said[frame] for frame in frames[key]]
    return made


def written(text: Text, forms: Mapping[str, Forms], say: Callable[[Frame], str]) -> str:
    """A text in another language, whose stretches `say` translates.

    `forms` are the language's categories of numbers by kind of choice; a kind of which nothing is
    known keeps the categories of the source.  Those that the source lacks are made of its `other`.
    """
    return _written(text, forms, say, None)


def _written(
    text: Text, forms: Mapping[str, Forms], say: Callable[[Frame], str], sample: int | None
) -> str:
    text = _spread(text)
    parts = list(dict.fromkeys(part for part in text if not isinstance(part, str)))
    tokens = {part: f"{{x{number}}}" for number, part in enumerate(parts)}
    frame = "".join(part if isinstance(part, str) else tokens[part] for part in text)
    core = frame.strip()
    if not core:
        return frame
    sign = tokens.get(Simple(NUMBER), "")
    said = say(Frame(core, sign, "" if sample is None or not sign else str(sample)))

    def put_back(token: re.Match[str]) -> str:
        part = parts[int(token[1])]
        return part.raw if isinstance(part, Simple) else _choice_written(part, forms, say, sample)

    start = frame.index(core)
    out = _TOKEN.sub(put_back, _QUOTING.sub("''", said))
    return frame[:start] + out + frame[start + len(core) :]


def _spread(text: Text) -> Text:
    """A text with an ordinal (`your {n, selectordinal, one {#st} ...} visit`) as branches of the whole.

    Alone, an ending says nothing to an engine.  Not where a number sign around it would change its
    meaning, or with a second choice.
    """
    found = [part for part in text if isinstance(part, Choice)]
    around = "".join(part for part in text if isinstance(part, str))
    if (
        len(found) != 1
        or found[0].key.kind != ORDINAL
        or NUMBER in around
        or Simple(NUMBER) in text
    ):
        return text
    (choice,) = found
    at = text.index(choice)
    spread = ((s, (*text[:at], *branch, *text[at + 1 :])) for s, branch in choice.branches)
    return (replace(choice, branches=tuple(spread)),)


def _choice_written(
    choice: Choice, forms: Mapping[str, Forms], say: Callable[[Frame], str], sample: int | None
) -> str:
    branches = []
    for selector, number in _selectors(choice, forms.get(choice.key.kind, {})):
        shown = sample if choice.key.kind == SELECT else number
        branch = _written(choice.branch(selector), forms, say, shown)
        end = "'}" if branch.endswith("'") else "}"
        branches.append(f"{selector} {{{branch}{end}")
    return choice.head.rstrip() + " " + " ".join(branches) + "}"


def _selectors(choice: Choice, forms: Forms) -> Iterator[tuple[str, int | None]]:
    """The branches that a choice needs in a language, with a number for each."""
    exact = [selector for selector, _ in choice.branches if selector.startswith("=")]
    yield from ((selector, int(selector[1:])) for selector in exact)
    if choice.key.kind == SELECT or not forms:
        yield from ((s, None) for s, _ in choice.branches if s not in exact)
    else:
        yield from forms.items()


def _frames(text: Text, forms: Mapping[str, Forms]) -> list[Frame]:
    """All stretches of a text that are to be translated."""
    found: list[Frame] = []

    def note(frame: Frame) -> str:
        found.append(frame)
        return frame.text  # so that what stands in it is looked at too

    written(text, forms, note)
    return found


def _translated(frames: Sequence[Frame], ask: Ask) -> dict[Frame, Hypothesis]:
    """The translation of each frame that has one, with its number as a number if that works."""
    said: dict[Frame, Hypothesis] = {}
    shown = {frame: text for frame in frames if (text := frame.numbered())}
    for frame, hypothesis in zip(shown, _asked(shown.values(), ask), strict=True):
        if hypothesis and _says(frame, text := frame.signed(hypothesis.text)):
            said[frame] = Hypothesis(text, hypothesis.score)
    hidden = [frame for frame in frames if frame not in said]
    answers = zip(hidden, _asked((frame.text for frame in hidden), ask), strict=True)
    return said | {frame: h for frame, h in answers if h and _says(frame, h.text)}


def _says(frame: Frame, text: str) -> bool:
    """Whether a translation of a frame says something beside its values, if the frame does."""
    spoken, said = (any(map(str.isalpha, _TOKEN.sub("", each))) for each in (frame.text, text))
    return bool(text) and said >= spoken


def _asked(texts: Iterable[str], ask: Ask) -> list[Hypothesis | None]:
    """The best hypothesis for each text, if there is one; equal texts are asked once."""
    wanted = list(texts)
    different = list(dict.fromkeys(wanted))
    answers = dict(zip(different, ask(different) if different else (), strict=True))
    return [next(iter(answers[text].hypotheses), None) for text in wanted]
