"""The identities of texts and files: what is the same has the same one."""

from __future__ import annotations

import hashlib


def text_hash(text: str) -> str:
    """The identity of a segment's text: 128 bits of BLAKE2b, in hexadecimal."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content_hash(content: bytes) -> str:
    """The identity of a file: SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
