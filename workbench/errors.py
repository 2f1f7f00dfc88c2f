"""The errors a user can cause; the command line shows their text and ends with their exit code.

WorkbenchError            the root; exit code 1
├── InputError            a file or text that cannot be read as what it claims to be
├── StoreError            the database: locked, full, not ours, made by a newer version
│   └── UnwritableError  nothing can be written now: locked, full, read-only
├── EngineError           no engine, no model, or an engine that failed
├── AlignError            texts that cannot be aligned in this way
├── ConflictError         a unit was changed by someone else since it was read
├── FormatError           an export or import format that is unknown or cannot hold the data
└── PartialError          part of the work failed and is listed; exit code 3
"""


class WorkbenchError(Exception):
    """Root of all errors shown to users: says what is wrong and what to do next."""

    exit_code = 1


class InputError(WorkbenchError):
    """A file, folder or text that cannot be read."""


class StoreError(WorkbenchError):
    """The database cannot be opened, read or written."""


class UnwritableError(StoreError):
    """The database cannot be written now."""


class EngineError(WorkbenchError):
    """No engine can do the work, or the engine failed as a whole."""


class AlignError(WorkbenchError):
    """The texts cannot be aligned, or not by this aligner."""


class ConflictError(WorkbenchError):
    """A unit has another version than the one the edit was made on."""


class RefusedError(WorkbenchError):
    """A person may not make a change: their role, or a rule of this installation."""


class ClaimedError(RefusedError):
    """Another person has claimed the unit."""


class FormatError(WorkbenchError):
    """A format is unknown or cannot carry what it was given."""


class PartialError(WorkbenchError):
    """Part of the work failed; the message lists what."""

    exit_code = 3
