"""The program as a person calls it: a process with arguments, a folder and an environment, an exit code and what it says.

Most of a short call is to start Python and to import. So one process has imported all that verbs import, and each call is a
fork of it; where there are no forks, or the environment tells Python how to start, each call starts the program itself.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

# It answers each line, of arguments, folder, environment and files to write to, with an exit code.
SERVER = """
import importlib, json, os, sys, traceback
from deckbuilder import cli

for verb in cli.VERBS:
    importlib.import_module(f"deckbuilder.cli.{verb}_verb")

def child(arguments, folder, environment, files):
    for number, path in enumerate(files):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if number else os.open(path, os.O_RDONLY), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code = 70
    try:
        cli.main(arguments)
        code = 0
    except SystemExit as leave:
        code = leave.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        child(*json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
AT_START = ("PYTHON", "LC_", "LANG")


def deckbuilder(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A call of the program, with nothing to read, and more in its environment."""
    if not hasattr(os, "fork") or any(name.startswith(AT_START) for name in environment):
        return started(*arguments, cwd=cwd, **environment)
    env = _surroundings() | environment
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        ask, answer = _server()
        ask.write(json.dumps([arguments, str(cwd), env, [os.devnull, str(out), str(err)]]) + "\n")
        ask.flush()
        code = int(answer.readline())
        return subprocess.CompletedProcess(arguments, code, out.read_text("utf-8"), err.read_text("utf-8"))


def started(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same by a process that starts Python anew."""
    return subprocess.run(
        [sys.executable, "-m", "deckbuilder", *arguments],
        cwd=cwd,
        env=_surroundings() | environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _surroundings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "NO_COLOR"}


@cache
def _server() -> tuple[IO[str], IO[str]]:
    """Both ends of the process that waits for calls; it ends when the tests do."""
    command = [sys.executable, "-c", SERVER]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin and server.stdout
    atexit.register(server.communicate)
    return server.stdin, server.stdout
