"""A TLS server: CERTIFICATE KEY PROTOCOLS. Prints its port. Speaks HTTP/1.1, or just enough of HTTP/2 (RFC 9113)."""

import http.server
import socketserver
import ssl
import struct
import sys

DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM, ACK, END_HEADERS = 1, 1, 4


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def speak_http2(file):
    """Answers every request with the same few bytes, when its last frame has come."""
    assert file.read(24) == b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    file.write(frame(SETTINGS, 0, 0))
    file.flush()
    while head := file.read(9):
        kind, flags, stream = head[3], head[4], struct.unpack(">I", head[5:])[0]
        file.read(struct.unpack(">I", b"\0" + head[:3])[0])
        if kind == SETTINGS and not flags & ACK:
            file.write(frame(SETTINGS, ACK, 0))
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            file.write(frame(HEADERS, END_HEADERS, stream, b"\x88"))  # :status 200
            file.write(frame(DATA, END_STREAM, stream, b"in frames"))
        file.flush()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        if self.connection.selected_alpn_protocol() == "h2":
            speak_http2(self.connection.makefile("rwb"))
        else:
            super().handle()

    def do_GET(self):
        size = int(self.path.rsplit("/", 1)[-1])
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(b"x" * size)

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def get_request(self):
        connection, address = super().get_request()
        return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        pass  # Clients that do not trust us are what some tests are about.

    def finish_request(self, request, client_address):
        request.do_handshake()
        super().finish_request(request, client_address)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
context.set_alpn_protocols(sys.argv[3].split(","))
with Server(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
