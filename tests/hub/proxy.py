"""A forward proxy on 127.0.0.1: passes plain requests on, and tunnels encrypted connections."""

import base64
import selectors
import socket
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOP = ("proxy-authorization", "proxy-connection", "connection", "host")


class Proxy:
    """Remembers what it was asked for; `password` is wanted of "me", `refusal` answers all.

    Attributes:
        seen: addresses of plain requests, and host:port of tunnels.
        greeted: the Proxy-Authorization that came with each.
    """

    def __init__(self, password: str | None = None, refusal: int | None = None) -> None:
        self.seen: list[str] = []
        self.greeted: list[str | None] = []
        self.wanted = password and "Basic " + base64.b64encode(f"me:{password}".encode()).decode()
        self.refusal = refusal
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("H", (_Handler,), {"proxy": self})
        )
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy

    def log_message(self, *args: object) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        if self._is_refused():
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
        try:
            answer = opener.open(urllib.request.Request(self.path, headers=headers))
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def do_CONNECT(self) -> None:
        if self._is_refused():
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as other:
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            with suppress(OSError):
                _pass_on(self.connection, other)

    def _is_refused(self) -> bool:
        """Note the request; whether it was answered with a refusal."""
        greeting = self.headers.get("Proxy-Authorization")
        self.proxy.seen.append(self.path)
        self.proxy.greeted.append(greeting)
        code = self.proxy.refusal
        if self.proxy.wanted and greeting != self.proxy.wanted:
            code = 407
        if code is None:
            return False
        self.send_response(code)
        if code == 407:
            self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    """Carry bytes both ways until one side has no more."""
    with selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ, server)
        ready.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in ready.select():
                data = key.fileobj.recv(1 << 16)
                if not data:
                    return
                key.data.sendall(data)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None
