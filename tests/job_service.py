"""A local stand-in for the platform's job service: the documented requests, and the troubles a service can have."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "a-valid-token"


class JobService:
    """Jobs by number; ``script`` of a job is the list of its successive statuses, the last one stays."""

    def __init__(self, address):
        self.address = address
        self.jobs = {}
        self.files = {}
        self.endless = set()  # paths whose answers do not end
        self.dripping = {}  # paths whose answers come a byte now and then, after this beginning
        self.moved = {}  # where what was at a path is now
        self.requests = []
        self.troubles = []  # statuses, or seconds of silence, that the next answers consist of

    def add(self, number, statuses, **description):
        self.jobs[number] = {"statuses": list(statuses), "id": number, "log": "", **description}
        return number

    def describe(self, number):
        job = dict(self.jobs[number])
        statuses = self.jobs[number]["statuses"]
        job["status"] = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        del job["statuses"]
        return job


@contextmanager
def running():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    service = server.service = JobService(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def _answer(self, act):
        service = self.server.service
        service.requests.append((self.command, self.path, self.headers.get("Authorization")))
        if service.troubles:
            trouble = service.troubles.pop(0)
            if isinstance(trouble, float):
                time.sleep(trouble)
            else:
                self._send(trouble, json.dumps({"detail": "in trouble"}).encode())
                return
        if self.path in service.dripping:
            self._drip(service.dripping[self.path])
        elif self.path in service.endless:
            self._send(302 if self.path in service.moved else 200, bytes(1 << 16), repeated=True)
        elif self.path in service.files:
            self._send(200, service.files[self.path])
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, b'{"detail": "invalid_token"}')
        else:
            act(service)

    def _get(self, service):
        match = re.fullmatch(r"/jobs/(\d+)\?with_log=true&with_comments=true", self.path)
        if match and int(match[1]) in service.jobs:
            self._send(200, json.dumps(service.describe(int(match[1]))).encode())
        else:
            self._send(404, b'{"detail": "not found"}')

    def _post(self, service):
        if self.path != "/jobs/":
            self._send(404, b'{"detail": "not found"}')
            return
        job = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        missing = {"code", "command", "hardware_platform", "collab"} - set(job)
        if missing:
            self._send(422, json.dumps({"detail": f"missing: {sorted(missing)}"}).encode())
            return
        number = service.add(1000 + len(service.jobs), ["submitted"], **job)
        self._send(201, json.dumps({"resource_uri": f"/jobs/{number}"}).encode())

    def _drip(self, begin):
        """Send the beginning of an answer at once, then a byte now and then, for longer than anybody should wait."""
        try:
            self.wfile.write(begin)
            for _ in range(100):
                time.sleep(0.05)
                self.wfile.write(b"x")
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _send(self, status, content, repeated=False):
        try:
            self.send_response(status)
            if status == 302:
                self.send_header("Location", self.server.service.moved[self.path])
            if not repeated:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            while repeated:
                self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client did not wait
