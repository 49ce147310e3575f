"""A relay between Callark and a store on loopback that counts requests, and kills the one who sends them at one of them."""
import http.client
import http.server
import threading


class Relay(http.server.ThreadingHTTPServer):
    """Listens at `endpoint`. The process `victim` gets SIGKILL at request number `kill_at`: before the store sees it, or, if
    `answers` is set, after the store has answered, and before the answer is passed on."""

    daemon_threads = True

    def __init__(self, store_port):
        super().__init__(("127.0.0.1", 0), Handler)
        self.store_port = store_port
        self.guard = threading.Lock()
        self.begin(None)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def begin(self, kill_at, answers=False):
        """Counts from here on."""
        with self.guard:
            self.kill_at, self.answers, self.count, self.victim, self.killed = kill_at, answers, 0, None, None

    def is_last(self, request):
        with self.guard:
            self.count += 1
            if self.count == self.kill_at:
                self.killed = request
            return self.count == self.kill_at

    def handle_error(self, request, client_address):
        """Whoever was killed reads no answer."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_last = self.server.is_last(f"{self.command} {self.path}")
        if is_last and not self.server.answers:
            return self.kill()
        store = http.client.HTTPConnection("127.0.0.1", self.server.store_port, timeout=60)
        store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("expect", "connection"):
                store.putheader(name, value)
        store.endheaders(body or None)
        answer = store.getresponse()
        content = answer.read()
        store.close()
        if is_last:
            return self.kill()
        fields = [(name, value) for name, value in answer.getheaders()
                  if name.lower() not in ("transfer-encoding", "connection")]
        if not any(name.lower() == "content-length" for name, _ in fields):
            fields.append(("Content-Length", str(len(content))))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self.wfile.write(f"HTTP/1.1 {answer.status} {answer.reason}\r\n{head}\r\n".encode("latin-1"))
        if self.command != "HEAD":
            self.wfile.write(content)

    def kill(self):
        self.server.victim.kill()
        self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on

    def log_message(self, *_):
        """Nothing."""
