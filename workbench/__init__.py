"""Segment, machine-translate, review and query parallel text in one SQLite file."""

import os

__version__ = "0.1.0"

# onnxruntime (an optional dependency of argostranslate) reports usage to its maker unless this is
# set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
