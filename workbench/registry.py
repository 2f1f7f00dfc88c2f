"""Finds formats, engines, checks and aligners by name; built-ins register exactly like plugins.

A plugin is a package with an entry point in the group `workbench` whose module has any of the
hooks below.  Loading the registry must stay cheap: a member imports what is heavy when it is used.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from workbench.errors import AlignError, EngineError, FormatError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

    from workbench.model import Aligner, Check, Engine, Reader, Writer

hookspec = pluggy.HookspecMarker("workbench")
hookimpl = pluggy.HookimplMarker("workbench")


class Hooks:
    """The hooks a plugin may implement."""

    @hookspec
    def workbench_readers(self) -> Iterable[Reader]:
        """Document formats that can be read."""
        return ()

    @hookspec
    def workbench_writers(self) -> Iterable[Writer]:
        """Bitext formats that can be written."""
        return ()

    @hookspec
    def workbench_engines(self) -> Iterable[Engine]:
        """Translation engines, in the order in which they are tried."""
        return ()

    @hookspec
    def workbench_checks(self) -> Iterable[Check]:
        """Checks run over units."""
        return ()

    @hookspec
    def workbench_aligners(self) -> Iterable[Aligner]:
        """Sentence aligners; the first is the default."""
        return ()


@cache
def plugins() -> pluggy.PluginManager:
    """The plugin manager with the built-in and installed plugins."""
    manager = pluggy.PluginManager("workbench")
    manager.add_hookspecs(Hooks)
    for entry in entry_points(group="workbench"):
        package = entry.dist.name if entry.dist else entry.value
        name = f"{package}:{entry.name}"  # a plugin's own name for itself may be one of ours
        if not manager.has_plugin(name):
            _load(manager, entry, name, package)
    return manager


def _load(manager: pluggy.PluginManager, entry: EntryPoint, name: str, package: str) -> None:
    try:
        manager.register(entry.load(), name)
    except Exception as error:
        raise WorkbenchError(
            f"the plugin {package} cannot be loaded ({type(error).__name__}: {error});"
            f" upgrade it, or remove it: pip uninstall {package}"
        ) from error


def _by_name(results: Iterable[Iterable[Any]]) -> dict[str, Any]:
    # pluggy calls the last registered first; setdefault lets a plugin replace a built-in
    members: dict[str, Any] = {}
    for group in results:
        for member in group:
            members.setdefault(member.name, member)
    return members


def readers() -> dict[str, Reader]:
    """Readers by name."""
    return _by_name(plugins().hook.workbench_readers())


def writers() -> dict[str, Writer]:
    """Writers by name."""
    return _by_name(plugins().hook.workbench_writers())


def engines() -> dict[str, Engine]:
    """Engines by name."""
    return _by_name(plugins().hook.workbench_engines())


def checks() -> dict[str, Check]:
    """Checks by name."""
    return _by_name(plugins().hook.workbench_checks())


def aligners() -> dict[str, Aligner]:
    """Aligners by name."""
    return _by_name(plugins().hook.workbench_aligners())


def writer(name: str) -> Writer:
    """The writer of that name.  Raises FormatError that lists the known names."""
    members = writers()
    if name not in members:
        raise FormatError(_unknown("export format", name, members))
    return members[name]


def engine(name: str) -> Engine:
    """The engine of that name.  Raises EngineError that lists the known names."""
    members = engines()
    if name not in members:
        raise EngineError(_unknown("engine", name, members))
    return members[name]


def aligner(name: str) -> Aligner:
    """The aligner of that name.  Raises AlignError that lists the known names."""
    members = aligners()
    if name not in members:
        raise AlignError(_unknown("aligner", name, members))
    return members[name]


def _unknown(kind: str, name: str, members: Iterable[str]) -> str:
    return f"there is no {kind} named {name!r}; choose one of: {', '.join(sorted(members))}"
