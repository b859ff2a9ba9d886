"""HTTP in front of the discounts: GET /healthz and GET /prices/<cents>/<count>."""

import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pricing.discounts import discounted


def answer(path: str) -> tuple[int, dict]:
    """The status and body for a GET; apart from the server so that it is easy to test."""
    parts = [part for part in path.split("?")[0].split("/") if part]
    if parts == ["healthz"]:
        return 200, {"status": "ok", "service": "pricing"}
    if len(parts) == 3 and parts[0] == "prices":
        try:
            price, count = int(parts[1]), int(parts[2])
            return 200, {"price": price, "count": count, "total": discounted(price, count)}
        except ValueError as error:
            return 400, {"error": str(error)}
    return 404, {"error": f"nothing at {path}"}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = answer(self.path)
        data = json.dumps(body).encode() + b"\n"
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        """Probes every few seconds would drown everything else in the log."""


def main() -> None:
    server = ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), Handler)
    # shutdown() waits for the serving loop, which runs in this thread.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(json.dumps({"service": "pricing", "event": "listening", "port": server.server_port}), flush=True)
    server.serve_forever()
    sys.exit(0)


if __name__ == "__main__":
    main()
