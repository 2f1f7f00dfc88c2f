"""The Argos packages on this machine: where they are, what they translate; reads, never writes."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import lang
from workbench.errors import EngineError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Argos's own codes that are not BCP 47.
_ARGOS_TAGS = {"zt": "zh-Hant", "pb": "pt-BR"}
# Versions become parts of file names.
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,31}")
# Characters of a code, version or prefix.
MAX_TEXT = 35
MAX_METADATA_BYTES = 1 << 20


@dataclass(frozen=True)
class Package:
    """An installed package; one direction of one language pair."""

    path: Path
    source_lang: str
    target_lang: str
    version: str
    target_prefix: str

    @classmethod
    def described(cls, path: Path, said: Mapping[str, Any]) -> Package | None:
        """The package that a metadata.json describes; None if it is no translation package."""
        version, prefix = said.get("package_version", "0"), said.get("target_prefix")
        values = (
            said.get("from_code"), said.get("to_code"), "" if prefix is None else prefix,
            str(version) if isinstance(version, (int, float)) else version,
        )  # fmt: skip
        strings = [value for value in values if isinstance(value, str) and len(value) <= MAX_TEXT]
        if said.get("type", "translate") != "translate" or len(strings) < len(values):
            return None
        source, target, prefix, version = strings
        if not prefix.isprintable():
            return None
        try:
            source_lang, target_lang = standard_tag(source), standard_tag(target)
        except InputError:
            return None
        if source_lang == target_lang or not _VERSION.fullmatch(version):
            return None
        return cls(path, source_lang, target_lang, version, prefix)

    @property
    def name(self) -> str:
        """What to call it: `translate-en_es 1.9`."""
        return f"translate-{self.source_lang}_{self.target_lang} {self.version}"

    @cached_property
    def tokenizer(self) -> Any:  # noqa: ANN401 - argostranslate has no types
        """Argos's own tokenizer of the package.  Raises EngineError if it has none."""
        # Package loads no model and none of argostranslate's heavy parts
        from argostranslate.package import Package as ArgosPackage

        try:
            return ArgosPackage(self.path).tokenizer
        except (AttributeError, OSError, ValueError) as error:
            raise EngineError(
                f"{self.path} has no usable tokenizer; install the package again"
            ) from error


def packages_dir() -> Path:
    """Where Argos Translate keeps its packages."""
    if folder := os.environ.get("ARGOS_PACKAGES_DIR"):
        return Path(folder)
    data_home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data_home) / "argos-translate" / "packages"


def installed() -> list[Package]:
    """The newest package of every language pair; folders that are no packages are passed over."""
    newest: dict[tuple[str, str], Package] = {}
    for package in _every():
        pair = package.source_lang, package.target_lang
        if pair not in newest or version_key(package.version) > version_key(newest[pair].version):
            newest[pair] = package
    return sorted(newest.values(), key=lambda package: package.name)


def versions(source_lang: str, target_lang: str) -> list[Package]:
    """All packages of a pair, the newest first."""
    found = [p for p in _every() if (p.source_lang, p.target_lang) == (source_lang, target_lang)]
    return sorted(found, key=lambda package: version_key(package.version), reverse=True)


def metadata(folder: Path) -> dict[str, Any] | None:
    """What a package's metadata.json holds; None if it cannot be read or is no object."""
    path = folder / "metadata.json"
    try:
        if path.stat().st_size > MAX_METADATA_BYTES:
            return None
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _every() -> Iterator[Package]:
    for path in sorted(packages_dir().glob("*/metadata.json")):
        said = metadata(path.parent)  # one broken folder must not hide the others
        if said and (package := Package.described(path.parent, said)):
            yield package


def standard_tag(argos_code: str) -> str:
    """The BCP 47 tag of an Argos code: `pb` is pt-BR.  Raises InputError if it is none."""
    return lang.standard_tag(_ARGOS_TAGS.get(argos_code, argos_code))


def version_key(version: str) -> tuple[int, ...]:
    """Orders versions by their numbers: 1.10 after 1.9."""
    return tuple(int(number) for number in re.findall(r"\d+", version))
