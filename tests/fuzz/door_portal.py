"""What a job service answers, and the scripts that are sent to it."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import click
from fuzzing import Case, Door
from hostile import NUMBERS, TEXTS, spoilt

from pynn_sfdfa.cli import main

if TYPE_CHECKING:
    import random
    from pathlib import Path

ANSWERS: dict[str, tuple[int, bytes]] = {}
"""Status and content by path; what is posted is answered by its collab."""

STATUSES = (200, 200, 200, 200, 200, 200, 201, 204, 304, 401, 404, 418, 500, 599)
PARTS = (
    "results",
    "results",
    "job_7",
    "a",
    "b",
    "a",
    "",
    ".",
    "..",
    "job.json",
    "job.log",
    "job-files",
    "a" * 300,
    *TEXTS,
)
WORDS = (
    "x",
    "'",
    '"',
    '"""',
    "'''",
    "\\",
    "\n",
    "{",
    "}",
    "\\u0041",
    "\\N{",
    "\udcff",
    "é",
    "\u202e",
    " ",
    "-",
    "%s",
    "import os",
)
SCRIPTS = (
    b"pass",
    b"print('\xe9')",
    b"# coding: latin-1\nprint('\xe9')",
    b"# coding: rot13\n",
    b"\xef\xbb\xbfpass",
    b"(" * 10_000,
    b"-" * 100_000 + b"1",
    b"if 1:\n" + b"".join(b" " * k + b"if 1:\n" for k in range(1, 200)),
    b"x = 1" + b" + 1" * 20_000,
    b"'''\"\"\"\\\0",
    b"a." * 50_000 + b"a",
)


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.answer(self.path)

    def do_POST(self) -> None:
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["collab"])

    def answer(self, key: str) -> None:
        status, content = ANSWERS.pop(key, (404, b""))
        with contextlib.suppress(OSError):  # the client may not want to read it
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)


@functools.cache
def service() -> str:
    """Start the service and return its address."""
    os.environ.setdefault("EBRAINS_TOKEN", "a-token")  # commands look for one
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


numbers = itertools.count(1)


def value(rng: random.Random) -> Any:
    return rng.choice(
        [
            None,
            True,
            2.5,
            float("nan"),
            [],
            {},
            [[]],
            rng.choice(NUMBERS),
            rng.choice(TEXTS),
            [rng.choice(TEXTS)],
            {"a": 1},
        ]
    )


def changed(rng: random.Random, content: Any) -> Any:
    """Return the same with something else somewhere in it, or without it."""
    if rng.random() < 0.2 or not isinstance(content, dict | list) or not content:
        return value(rng)
    if isinstance(content, list):
        at = rng.randrange(len(content))
        return [*content[:at], changed(rng, content[at]), *content[at + 1 :]]
    key = rng.choice(sorted(content))
    if rng.random() < 0.2:
        return {name: part for name, part in content.items() if name != key}
    return content | {key: changed(rng, content[key])}


def text(rng: random.Random, content: Any) -> bytes:
    """Return JSON, or what is none."""
    written = json.dumps(content).encode()
    how = rng.random()
    if how < 0.1:
        return spoilt(rng, written)[1]
    if how < 0.15:
        depth = rng.choice([49, 51, 900, 1100, 100_000])
        return b'{"a":' * depth + written + b"}" * depth
    if how < 0.2:
        return written.replace(b"7", rng.choice([b"9" * 5000, b"1e999", b"-", b"7.0"]), 1)
    return written


def make(rng: random.Random, folder: Path) -> Case:
    number, where = next(numbers), service()
    kind = rng.choice(["fetch"] * 5 + ["status"] * 3 + ["submit"])
    if kind == "submit":
        name = "".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 6))) + ".py"
        script = folder / name
        script.write_bytes(
            rng.choice(SCRIPTS) if rng.random() < 0.6 else spoilt(rng, b"# coding: utf-8\nprint('\xc3\xa9')\n")[1]
        )
        answer = changed(rng, {"resource_uri": "/jobs/7"}) if rng.random() < 0.7 else {"resource_uri": "/jobs/7"}
        ANSWERS[str(number)] = rng.choice(STATUSES), text(rng, answer)
        words = ["portal", "submit", str(script), "--collab", str(number), "--service", where]
        what = f"submit {name!a}, {ANSWERS[str(number)][1][:80]!r}"
    else:
        files = []
        for k in range(rng.randrange(4)):
            at = f"/data/{number}/{k}"
            ANSWERS[at] = rng.choice(STATUSES), rng.randbytes(rng.choice([0, 10, 1000]))
            path = "/".join(rng.choice(PARTS) for _ in range(rng.randrange(1, 5)))
            url = (
                where + at
                if rng.random() < 0.9
                else rng.choice(["file:///etc/passwd", "http://[", "http://\ud800", *TEXTS])
            )
            files.append({"path": path, "url": url})
        state = rng.choice(["finished", "finished", "finished", "error", "running"])
        job = {"id": 7, "status": state, "log": "all\nwell", "output_data": {"files": files}, "code": "x"}
        for _ in range(rng.choice([0, 0, 1, 2])):
            job = changed(rng, job)
        ANSWERS[f"/jobs/{number}?with_log=true&with_comments=true"] = answer = rng.choice(STATUSES), text(rng, job)
        words = ["portal", kind, str(number), "--service", where, *(["--out", "out"] if kind == "fetch" else [])]
        what = f"{kind}, {answer[0]}, {answer[1][:200]!r}"

    def enter() -> None:
        main(words, standalone_mode=False)

    return Case(what, enter, tuple(words))


DOOR = Door("portal", make, (click.ClickException,))
