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
    for entry in sorted(entry_points(group="workbench"), key=_is_foreign):  # ours first
        package = entry.dist.name if entry.dist else entry.value
        name = f"{package}:{entry.name}"  # a plugin's own name for itself may be one of ours
        if not manager.has_plugin(name):
            try:
                manager.register(entry.load(), name)
            except Exception as error:
                raise _broken(package, error) from error
    return manager


def _is_foreign(entry: EntryPoint) -> bool:
    return not entry.value.startswith("workbench.")


def _members(hook: str) -> dict[str, Any]:
    """What is registered for a hook, by name and in order; a plugin's takes the place of our own."""
    members: dict[str, Any] = {}
    for plugin in getattr(plugins().hook, hook).get_hookimpls():
        try:
            members |= {member.name: member for member in plugin.function()}
        except Exception as error:
            raise _broken(plugin.plugin_name.split(":")[0], error) from error
    return members


def _broken(package: str, error: Exception) -> WorkbenchError:
    return WorkbenchError(
        f"the plugin {package} cannot be used ({type(error).__name__}: {error});"
        f" upgrade it, or remove it: pip uninstall {package}"
    )


def blame(error: BaseException) -> WorkbenchError | None:
    """The plugin in whose code an error arose, named with what to do; None if it is our own."""
    modules: list[str] = []
    trace = error.__traceback__
    while trace:
        modules.append(str(trace.tb_frame.f_globals.get("__name__", "")).split(".")[0])
        trace = trace.tb_next
    for entry in filter(_is_foreign, entry_points(group="workbench")):
        if entry.value.split(":")[0].split(".")[0] in modules:
            package = entry.dist.name if entry.dist else entry.value
            return WorkbenchError(
                f"the plugin {package} failed ({type(error).__name__}: {error}); what is stored stays:"
                f" upgrade it, or remove it: pip uninstall {package}"
            )
    return None


def readers() -> dict[str, Reader]:
    """Readers by name."""
    return _members("workbench_readers")


def writers() -> dict[str, Writer]:
    """Writers by name."""
    return _members("workbench_writers")


def engines() -> dict[str, Engine]:
    """Engines by name."""
    return _members("workbench_engines")


def checks() -> dict[str, Check]:
    """Checks by name."""
    return _members("workbench_checks")


def aligners() -> dict[str, Aligner]:
    """Aligners by name."""
    return _members("workbench_aligners")


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


def aligner(name: str | None = None) -> Aligner:
    """The aligner of that name, or the first.  Raises AlignError that lists the known names."""
    members = aligners()
    if not members:
        raise AlignError(
            "no aligner is registered; install the workbench again: pip install --force-reinstall"
            " translation-workbench"
        )
    if name is None:
        return next(iter(members.values()))
    if name not in members:
        raise AlignError(_unknown("aligner", name, members))
    return members[name]


def _unknown(kind: str, name: str, members: Iterable[str]) -> str:
    return f"there is no {kind} named {name!r}; choose one of: {', '.join(sorted(members))}"
