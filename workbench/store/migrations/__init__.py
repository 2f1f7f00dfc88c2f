"""The tables of the data contract, one migration a change; never edit one that was released.

They run in the order in which the modules are imported here.
"""

# isort: off
from workbench.store.migrations import first as first
from workbench.store.migrations import drafting as drafting
from workbench.store.migrations import working as working
from workbench.store.migrations import aligning as aligning
from workbench.store.migrations import reviewing as reviewing
from workbench.store.migrations import linking as linking
from workbench.store.migrations import paging as paging
from workbench.store.migrations import searching as searching
from workbench.store.migrations import translating as translating
from workbench.store.migrations.registry import MIGRATIONS

__all__ = ["MIGRATIONS"]
