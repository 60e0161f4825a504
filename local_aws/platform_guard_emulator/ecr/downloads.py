"""The HTTP server on the loopback interface behind the URLs of GetDownloadUrlForLayer."""

import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class DownloadServer:
    """Serves blobs under unguessable paths, which emulate S3's presigned URLs.

    The server starts with the first URL.
    """

    def __init__(self) -> None:
        self._blobs: dict[str, bytes | None] = {}
        self.served: list[str] = []
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def publish(self, digest: str, content: bytes | None) -> str:
        """Return a URL for a blob. It answers 410 Gone if the content is None."""
        server = self._server or self._start()
        path = f"/{secrets.token_urlsafe(32)}/{digest}"
        self._blobs[path] = content
        return f"http://127.0.0.1:{server.server_port}{path}"

    def stop(self) -> None:
        """Stop the server if it was started."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def _start(self) -> ThreadingHTTPServer:
        blobs, served = self._blobs, self.served

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answer with the blob, or with 403 as S3 does for an invalid signature."""
                if self.path not in blobs:
                    self.send_error(HTTPStatus.FORBIDDEN)
                    return
                content = blobs[self.path]
                served.append(self.path.rpartition("/")[2])
                if content is None:
                    self.send_error(HTTPStatus.GONE, "declared without its content")
                    return
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Log nothing, because tests read standard error."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return server
