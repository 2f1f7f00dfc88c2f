"""Lets `python -m workbench` do what the command `workbench` does."""

from workbench.cli import main

main()
