"""A project in git."""

from __future__ import annotations

import subprocess

from support.author import Author


def git(author: Author, *arguments: str) -> str:
    command = ["git", "-C", str(author.root), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
