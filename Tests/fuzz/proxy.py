"""A proxy between Callark and the simulator on loopback that changes the simulator's answers."""
import hashlib
import http.client
import http.server
import random
import threading
import urllib.parse

# Header fields of the connection, which are not forwarded.
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Answer:
    """An answer of the simulator, to be changed."""

    def __init__(self, kind, status, headers, body):
        self.kind, self.status, self.headers, self.body = kind, status, headers, body
        # The value of Content-Length; None for the true length.
        self.length = None


class Proxy:
    """A server on a free loopback port, until it is closed. `change` gets each answer before it is sent, one at a time."""

    def __init__(self, origin, seed, change):
        self.target = urllib.parse.urlsplit(origin)
        self.change = change
        self.draw = random.Random(seed)
        self.lock = threading.Lock()
        # SHA-256 of each body of the media host that was sent, as long as its head says, and how many requests there were.
        self.sent = set()
        self.requests = 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                proxy.handle(self)

            do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = handle_one

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Callark may end a connection at any time."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def handle(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        answer = self.ask(request, body)
        with self.lock:
            self.requests += 1
            self.change(self.draw, answer)
        headers = [(name, value) for name, value in answer.headers if name.lower() not in HOP]
        try:
            request.wfile.write(f"HTTP/1.1 {answer.status} x\r\n".encode("latin-1", "replace"))
            length = len(answer.body) if answer.length is None else answer.length
            headers.append(("Content-Length", str(length)))
            for name, value in headers:
                request.wfile.write(f"{name}: {value}\r\n".encode("utf-8", "replace"))
            request.wfile.write(b"\r\n")
            if request.command != "HEAD":
                request.wfile.write(answer.body)
            request.wfile.flush()
            if answer.kind == "media":
                self.sent.add(hashlib.sha256(answer.body[:max(length, 0)]).hexdigest())
        except OSError:
            pass
        if answer.length is not None and answer.length != len(answer.body):
            request.close_connection = True

    def ask(self, request, body):
        connection = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=600)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP | {"host"}}
        headers["Host"] = self.target.netloc
        connection.request(request.command, request.path, body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        kind = kind_of(request.path)
        if kind != "media":
            content = content.replace(self.target.netloc.encode(), self.origin[7:].encode())
        return Answer(kind, response.status, response.getheaders(), content)


def kind_of(path):
    """The part of the provider: an endpoint or the media host."""
    plain = path.split("?")[0]
    for name in ("access_token", "captures", "tasks", "activities", "search", "statistics", "site"):
        if name in plain:
            return name
    return "media" if "organization" not in plain else "organization"
