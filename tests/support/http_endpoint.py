"""The emulator over HTTP, as `AWS_ENDPOINT_URL` for other processes."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

# The credential scope of a signature: key/date/region/service/aws4_request.
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")


_ONE_AT_A_TIME = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        assert scope is not None, "the request is not signed"
        region, service = scope.groups()
        host = f"{service}.{region}.amazonaws.com"
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            headers[name] = host if name.lower() == "host" else value
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = AWSPreparedRequest(
            "POST", f"https://{host}{self.path}", headers, content, stream_output=False
        )
        # Keep-alive connections each have a thread, but the emulator is not thread-safe.
        with _ONE_AT_A_TIME:
            answer = botocore_stubber.process_request(request)
        assert answer is not None, f"moto has no {service}"
        status, answer_headers, body = answer
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in answer_headers.items():
            if name.lower() not in {"content-length", "date", "server", "transfer-encoding"}:
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name of the base class)
        pass


@contextmanager
def served_over_http() -> Iterator[str]:
    """Serve the active emulator, and yield the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
