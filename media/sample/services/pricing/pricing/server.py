"""HTTP in front of the discounts: GET /healthz and GET /prices/<cents>/<count>."""

import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pricing.discounts import discounted


# How long the service still answers after SIGTERM, in seconds. Kubernetes sends it at the moment it begins to tell
# everybody that the pod goes: until all have heard of it, new requests still come here.
FAREWELL = int(os.environ.get("FAREWELL_MS", "3000")) / 1000


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


class Server(ThreadingHTTPServer):
    # Answers that are under way are waited for.
    daemon_threads = False


def stop_after(server: Server, farewell) -> None:
    """Ends `serve_forever` when `farewell` returns. In a thread: the one that serves would wait for itself."""

    def stop():
        farewell()
        server.shutdown()

    threading.Thread(target=stop).start()


def main() -> None:
    server = Server(("", int(os.environ.get("PORT", "8080"))), Handler)
    signal.signal(signal.SIGTERM, lambda *_: stop_after(server, lambda: time.sleep(FAREWELL)))
    print(json.dumps({"service": "pricing", "event": "listening", "port": server.server_port}), flush=True)
    server.serve_forever()
    server.server_close()
    sys.exit(0)


if __name__ == "__main__":
    main()
