"""Makes drafts that people can trust: protects, translates, judges, tries again; never stores."""

from workbench.drafting.drafter import Drafter, Outcome
from workbench.drafting.judge import Judge
from workbench.drafting.stage import Stage
from workbench.drafting.windows import Windows
from workbench.drafting.workers import Workers

__all__ = ["Drafter", "Judge", "Outcome", "Stage", "Windows", "Workers"]
