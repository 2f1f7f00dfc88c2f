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
    from collections.abc import Iterator

# Argos's own codes that are not BCP 47.
_ARGOS_TAGS = {"zt": "zh-Hant", "pb": "pt-BR"}


@dataclass(frozen=True)
class Package:
    """An installed package; one direction of one language pair."""

    path: Path
    source_lang: str
    target_lang: str
    version: str
    target_prefix: str

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
    for package in _packages():
        pair = package.source_lang, package.target_lang
        if pair not in newest or version_key(package.version) > version_key(newest[pair].version):
            newest[pair] = package
    return sorted(newest.values(), key=lambda package: package.name)


def _packages() -> Iterator[Package]:
    for path in sorted(packages_dir().glob("*/metadata.json")):
        try:
            metadata = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue  # one broken folder must not hide the others
        if package := described(path.parent, metadata):
            yield package


def described(path: Path, metadata: object) -> Package | None:
    """The package that a metadata.json describes; None if it is no translation package."""
    if not isinstance(metadata, dict) or metadata.get("type", "translate") != "translate":
        return None
    try:
        source_lang = standard_tag(str(metadata["from_code"]))
        target_lang = standard_tag(str(metadata["to_code"]))
    except (KeyError, InputError):
        return None
    version = str(metadata.get("package_version", "0"))
    return Package(
        path, source_lang, target_lang, version, str(metadata.get("target_prefix") or "")
    )


def standard_tag(argos_code: str) -> str:
    """The BCP 47 tag of an Argos code: `pb` is pt-BR.  Raises InputError if it is none."""
    return lang.standard_tag(_ARGOS_TAGS.get(argos_code, argos_code))


def version_key(version: str) -> tuple[int, ...]:
    """Orders versions by their numbers: 1.10 after 1.9."""
    return tuple(int(number) for number in re.findall(r"\d+", version))
