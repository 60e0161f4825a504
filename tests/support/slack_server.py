"""A fake Slack server on the loopback interface with scripted responses."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET_PATH = "/services/T000/B000/verysecret"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response of Slack."""

    status: int = 200
    body: str = "ok"
    retry_after: str = ""
    hangs: bool = False
    """Never respond."""
    resets: bool = False
    """Reset the connection."""


OK = Reply()
OUTAGE = Reply(503, "service_unavailable")
INVALID_PAYLOAD = Reply(400, "invalid_payload")
NO_SERVICE = Reply(404, "no_service")
HANGS = Reply(hangs=True)
RESETS = Reply(resets=True)


@dataclass(slots=True)
class SlackServer:
    """Records requests and calls `reply` for each response."""

    url: str = ""
    reply: Callable[[], Reply] = lambda: OK
    requests: int = 0
    accepted: list[dict[str, Any]] = field(default_factory=list)
    """The request bodies that were accepted with status 200, in order."""
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def titles(self) -> list[str]:
        return [payload["text"] for payload in self.accepted]

    def script(self, *replies: Reply) -> None:
        """Respond with these replies in order, then with `OK`."""
        left = iter(replies)
        self.reply = lambda: next(left, OK)


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    """Serve on a free port of the loopback interface."""
    state = SlackServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests += 1
            reply = state.reply()
            if reply.hangs:
                state.release.wait(timeout=30)
                return
            if reply.resets:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                return
            if reply.status == 200:
                state.accepted.append(payload)
            self.send_response(reply.status)
            if reply.retry_after:
                self.send_header("Retry-After", reply.retry_after)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    state.url = f"http://127.0.0.1:{server.server_address[1]}{SECRET_PATH}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
