"""The YAML language server that VS Code's extension runs, spoken to as an editor does.

It comes from npm, into a folder of its own beside the tests' environment, the first time it is asked for.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

VERSION = "1.25.0"
FOLDER = Path(__file__).parents[2] / ".venv" / f"yaml-language-server-{VERSION}"


def installed() -> bool:
    """Whether it is there, or could be put there now."""
    if FOLDER.exists():
        return shutil.which("node") is not None
    npm = shutil.which("npm")
    if npm is None:
        return False
    part = FOLDER.with_name(f"{FOLDER.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    quiet = ["--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
    done = subprocess.run(
        [npm, "install", *quiet, "--prefix", str(part), f"yaml-language-server@{VERSION}"], check=False
    )
    if done.returncode == 0 and not FOLDER.exists():
        part.rename(FOLDER)
    return FOLDER.exists()


class Editor:
    """An editor with one file open, in a project whose settings it knows."""

    def __init__(self, root: Path, settings: dict[str, Any]) -> None:
        self._root = root
        self._settings = settings
        self._asked = self._opened = 0
        self._text = ""
        self._uri = ""
        self._problems: dict[str, list[str]] = {}

    def __enter__(self) -> Editor:
        script = FOLDER / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
        self._server = subprocess.Popen(
            ["node", str(script), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        shows = {
            "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
            "hover": {"contentFormat": ["markdown"]},
            "publishDiagnostics": {},
        }
        folder = {"uri": self._root.as_uri(), "name": "cards"}
        can = {"workspace": {"configuration": True, "workspaceFolders": True}, "textDocument": shows}
        self._ask(
            "initialize",
            {"processId": None, "rootUri": folder["uri"], "workspaceFolders": [folder], "capabilities": can},
        )
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": {}})
        while self._read().get("method") != "workspace/configuration":
            pass
        self.problems("muscle: 1\n")  # by then it has the schema
        return self

    def __exit__(
        self, sort: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()
        self._server.communicate()

    def problems(self, text: str) -> list[str]:
        """What is underlined in a file of the project: 'line: message'."""
        self._open(text)
        while self._uri not in self._problems:
            self._read()
        return self._problems[self._uri]

    def offers(self, text: str) -> dict[str, str]:
        """What is offered at `|`, each with what is shown beside it."""
        at = self._open(text.replace("|", ""), text.index("|"))
        found = self._ask("textDocument/completion", at)
        items = found["items"] if isinstance(found, dict) else found
        return {item["label"]: _plain(item.get("documentation")) for item in items}

    def hover(self, text: str) -> str:
        """What is shown for the word behind `|`."""
        at = self._open(text.replace("|", ""), text.index("|") + 1)
        return _plain((self._ask("textDocument/hover", at) or {}).get("contents"))

    def _open(self, text: str, at: int = 0) -> dict[str, Any]:
        self._opened += 1  # what is opened twice is remembered by the server
        self._uri = (self._root / f"cards/{self._opened}.yaml").as_uri()
        document = {"uri": self._uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        line, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
        return {"textDocument": {"uri": self._uri}, "position": {"line": line, "character": column}}

    def _ask(self, method: str, params: dict[str, Any]) -> Any:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        while True:
            said = self._read()
            if said.get("id") == self._asked and "method" not in said:
                return said.get("result")

    def _tell(self, method: str, params: dict[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._server.stdin.flush()

    def _read(self) -> dict[str, Any]:
        """One message of the server, answered if it asks for something."""
        assert self._server.stdout
        length = 0
        while line := self._server.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        said: dict[str, Any] = json.loads(self._server.stdout.read(length))
        if said.get("method") == "workspace/configuration":
            found = [self._section(item.get("section", "")) for item in said["params"]["items"]]
            self._send({"id": said["id"], "result": found})
        elif "method" in said and "id" in said:
            self._send({"id": said["id"], "result": None})
        elif said.get("method") == "textDocument/publishDiagnostics":
            told = said["params"]
            lines = [f"{each['range']['start']['line'] + 1}: {each['message']}" for each in told["diagnostics"]]
            self._problems[told["uri"]] = lines
        return said

    def _section(self, name: str) -> dict[str, Any]:
        """VS Code's defaults where the settings say nothing."""
        usual = {"yaml.validate": True, "yaml.hover": True, "yaml.completion": True, "yaml.schemaStore.enable": False}
        found: dict[str, Any] = {}
        for key, value in (usual | self._settings).items():
            if key.startswith(f"{name}."):
                *outer, last = key.removeprefix(f"{name}.").split(".")
                at = found
                for each in outer:
                    at = at.setdefault(each, {})
                at[last] = value
        return found


def _plain(shown: Any) -> str:
    return str(shown["value"] if isinstance(shown, dict) else shown or "")
