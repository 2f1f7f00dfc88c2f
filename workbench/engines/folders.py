"""The folders of converted CTranslate2 models: where they are and what they translate; only reads."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from platformdirs import user_data_path

from workbench import lang
from workbench.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VARIABLE = "WORKBENCH_MODELS"
# What a person may write about a model that does not say itself what it translates.
DESCRIPTION = "workbench.json"
# Names under which the models' makers ship a SentencePiece model for both sides.
TOKENIZERS = (
    "sentencepiece.bpe.model", "sentencepiece.model", "spm.model", "spiece.model", "tokenizer.model",
    "flores200_sacrebleu_tokenizer_spm.model", "spm.128k.model",
)  # fmt: skip
MAX_JSON_BYTES = 1 << 20


class Style(NamedTuple):
    """How a family of models writes a language as a token, and on which side it wants it."""

    form: re.Pattern[str]
    side: Literal["both", "source"]


STYLES = (
    Style(re.compile(r"([a-z]{3}_[A-Z][a-z]{3})"), "both"),  # NLLB: eng_Latn
    Style(re.compile(r"__([a-z]{2,3})__"), "both"),  # M2M-100: __en__
    Style(re.compile(r"([a-z]{2})_[A-Z]{2}"), "both"),  # mBART-50: en_XX
    Style(re.compile(r">>([A-Za-z_]{2,12})<<"), "source"),  # OPUS-MT: >>spa<<
    Style(re.compile(r"<2([a-z]{2,3}(?:_[A-Z][a-z]{3})?)>"), "source"),  # MADLAD-400: <2es>
)
# Codes that these models use in a sense of their own.
_CODES = {"pob": "pt-BR", "pbt-Arab": "ps", "quy-Latn": "qu", "kor-Hang": "ko"}
_NAME = re.compile(
    r"^(?:.*--)?(?:opus[-_]?mt[-_])?(?:tc[-_])?(?:(?:tiny|base|big|bible)[-_])*"
    r"(?P<source>[A-Za-z]{2,7})[-_](?P<target>[A-Za-z]{2,7})(?![A-Za-z])"
)


@dataclass(frozen=True)
class Folder:
    """A converted model: its languages with their tokens ("" where it wants none), and its files.

    `problem` says why it cannot be used and what to do, and is empty if it can.
    """

    path: Path
    sources: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    both_sides: bool = False
    end: str = ""
    tokenizers: tuple[Path, ...] = ()
    problem: str = ""

    @property
    def name(self) -> str:
        """What to call it."""
        return self.path.name

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every pair of languages that it translates."""
        return [(s, t) for s in self.sources for t in self.targets if s != t]

    def fingerprint(self) -> str:
        """Tells models apart that have one name: by the size, beginning and end of the weights."""
        digest = blake2b(digest_size=4)
        with (self.path / "model.bin").open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            digest.update(str(size).encode())
            for start in (0, max(0, size - (1 << 20))):
                file.seek(start)
                digest.update(file.read(1 << 20))
        return digest.hexdigest()


class _UnusableError(Exception):
    """Why a folder cannot be used."""


def places() -> list[Path]:
    """Where models are looked for: what WORKBENCH_MODELS lists, else the user's data folder."""
    if listed := os.environ.get(VARIABLE):
        return [Path(place).expanduser() for place in listed.split(os.pathsep) if place]
    return [user_data_path("translation-workbench", appauthor=False) / "models"]


def found() -> list[Folder]:
    """All model folders, usable or not, those for few languages first."""
    paths = {
        file.parent.resolve(): file.parent
        for place in places()
        for pattern in ("model.bin", "*/model.bin")
        for file in sorted(place.glob(pattern))
    }
    folders = [_folder(path) for path in paths.values()]
    return sorted(folders, key=lambda f: (len(f.sources) * len(f.targets), f.name, f.path))


def _folder(path: Path) -> Folder:
    try:
        return _read(path, _state(path))
    except OSError as error:
        return Folder(path, problem=f"it cannot be read: {error.strerror or error}")


def _state(path: Path) -> tuple[tuple[str, int, int], ...]:
    files = [(file.name, file.stat()) for file in path.iterdir() if file.exists()]
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in files))


@lru_cache(maxsize=256)
def _read(path: Path, _state: tuple[tuple[str, int, int], ...]) -> Folder:
    """What a folder holds; a vocabulary of NLLB's size is read once, unless a file changes."""
    try:
        return _described(path)
    except (ValueError, RecursionError) as error:
        return Folder(path, problem=f"it cannot be read: {error}")
    except _UnusableError as error:
        return Folder(path, problem=str(error))


def _described(path: Path) -> Folder:
    said = _json_object(path / DESCRIPTION)
    config = _json_object(path / "config.json")
    source_tokens, target_tokens = _vocabulary(path, "source"), _vocabulary(path, "target")
    style, targets = _tags(target_tokens, source_tokens)
    if style and style.side == "both":
        sources = targets
    else:
        sources, named = _languages(path, said, has_tags=bool(targets))
        targets = targets or named
    tokenizers = _tokenizers(path)
    marian = len(tokenizers) == 2
    end = str(config.get("eos_token") or "</s>")
    wants_end = said.get("add_eos", bool(style or marian))
    if not isinstance(wants_end, bool):
        raise _UnusableError(f"{path / DESCRIPTION}: add_eos is not true or false")
    adds_it_itself = bool(config.get("add_source_eos"))
    return Folder(
        path,
        _chosen(sources, said, "source_langs", path),
        _chosen(targets, said, "target_langs", path),
        bool(style and style.side == "both"),
        end if wants_end and not adds_it_itself and end in source_tokens else "",
        tokenizers,
    )


def _json_object(path: Path) -> dict[str, Any]:
    """A JSON file that holds an object; an empty one if there is no file."""
    if not path.exists():
        return {}
    if path.stat().st_size > MAX_JSON_BYTES:
        raise _UnusableError(f"{path} is too large to be a description")
    try:
        value = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _UnusableError(f"{path} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise _UnusableError(f"{path} holds no JSON object")
    return value


def _vocabulary(path: Path, side: str) -> frozenset[str]:
    """The tokens of one side.  Raises _UnusableError if the folder has none, like one of a chat model."""
    for name in (f"{side}_vocabulary", "shared_vocabulary"):
        if (file := path / f"{name}.json").exists():
            tokens = json.loads(file.read_text("utf-8"))
            if isinstance(tokens, list) and all(isinstance(token, str) for token in tokens):
                return frozenset(tokens)
            raise _UnusableError(f"{file} holds no list of tokens")
        if (file := path / f"{name}.txt").exists():
            return frozenset(file.read_text("utf-8").split("\n"))
    raise _UnusableError(f"it has no {side} vocabulary: no translation model of CTranslate2")


def _tags(
    target_tokens: Iterable[str], source_tokens: Iterable[str]
) -> tuple[Style | None, dict[str, str]]:
    """The style of the language tokens in a vocabulary, and the languages; of styles the commonest."""
    tokens = {"both": _short(target_tokens), "source": _short(source_tokens)}
    best: tuple[Style | None, dict[str, str]] = None, {}
    for style in STYLES:
        languages: dict[str, str] = {}
        for token in tokens[style.side]:
            if (match := style.form.fullmatch(token)) and (tag := _tag(match[1])):
                languages.setdefault(tag, token)
        if len(languages) > max(1 if style.side == "both" else 0, len(best[1])):
            best = style, languages
    return best


def _short(tokens: Iterable[str]) -> list[str]:
    """What may be a language token: few of the 256,000 of NLLB."""
    return sorted(t for t in tokens if len(t) <= 16 and ("_" in t or t.startswith(("<", ">"))))


def _tag(code: str) -> str:
    """The tag of a model's language code, "" if it is none or a group of languages."""
    code = code.replace("_", "-")
    try:
        return lang.broad_tag(_CODES.get(code, code))
    except InputError:
        return ""


def _languages(
    path: Path, said: dict[str, Any], *, has_tags: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Source and target of a model without a token for them: said by a person, its maker, its name."""
    maker = _json_object(path / "tokenizer_config.json")
    name = _NAME.match(path.name)
    found: list[dict[str, str]] = []
    for side in ("source", "target"):
        listed = said.get(f"{side}_langs")
        if isinstance(listed, list) or (side == "target" and has_tags):
            tags = [_tag(code) for code in listed or () if isinstance(code, str)]
        else:
            codes = maker.get(f"{side}_lang"), name and name[side]
            tags = [next((tag for code in codes if code and (tag := _tag(str(code)))), "")]
            if not tags[0]:
                raise _UnusableError(
                    f"its {side} language is not known; write {path / DESCRIPTION}, like"
                    ' {"source_langs": ["en"], "target_langs": ["es"]}'
                )
        found.append(dict.fromkeys(filter(None, tags), ""))
    return found[0], found[1]


def _chosen(
    languages: dict[str, str], said: dict[str, Any], key: str, path: Path
) -> dict[str, str]:
    """The languages that a description leaves."""
    if key not in said:
        return languages
    listed = said[key]
    if not isinstance(listed, list) or not all(isinstance(code, str) for code in listed):
        raise _UnusableError(f'{path / DESCRIPTION}: {key} is no list like ["en"]')
    tags = {_tag(code): code for code in listed}
    if unknown := [code for tag, code in tags.items() if tag not in languages]:
        raise _UnusableError(
            f"{path / DESCRIPTION}: {key} names {', '.join(unknown)}, which the model does not have"
        )
    return {tag: languages[tag] for tag in tags}


def _tokenizers(path: Path) -> tuple[Path, ...]:
    """The SentencePiece models: source and target, or one for both."""
    pair = path / "source.spm", path / "target.spm"
    if all(file.is_file() for file in pair):
        return pair
    one: Sequence[Path] = [path / name for name in TOKENIZERS if (path / name).is_file()]
    others = one or sorted({*path.glob("*.model"), *path.glob("*.spm")} - {*pair})
    if len(others) == 1 or one:
        return (others[0],)
    raise _UnusableError(
        "it has no SentencePiece model; copy source.spm and target.spm, or sentencepiece.bpe.model,"
        f" from the model that was converted into {path}"
    )
