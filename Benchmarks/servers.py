"""nginx for the recordings, over HTTP/1.1 and over TLS with HTTP/2, and the provider's API beside it."""

import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import time

from corpus import ORGANIZATION

HERE = pathlib.Path(__file__).parent


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def stop(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def nginx(folder, work):
    """Serves `folder`; yields the origins `http` and `https` and the certificate's path."""
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    certificate, key = work / "server.pem", work / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out",
         certificate],
        check=True, stderr=subprocess.DEVNULL,
    )
    plain, secure = free_port(), free_port()
    (work / "nginx.conf").write_text(f"""
daemon off;
user root;
worker_processes 2;
pid {work}/nginx.pid;
error_log {work}/error.log crit;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    types {{ audio/wav wav; }}
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
    autoindex on;
    server {{ listen 127.0.0.1:{plain}; root {folder}; location /media/ {{ try_files $uri $uri/ /one.wav =404; }} }}
    server {{
        listen 127.0.0.1:{secure} ssl http2; root {folder}; ssl_certificate {certificate};
        ssl_certificate_key {key}; ssl_session_cache shared:s:1m;
    }}
}}
""")
    process = subprocess.Popen(["nginx", "-p", work, "-c", work / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        for port in (plain, secure):
            wait_for(port, process)
        yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}", certificate
    finally:
        stop(process)


def wait_for(port, process):
    for _ in range(200):
        if process.poll() is not None:
            sys.exit("a server did not start")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    sys.exit("a server does not listen")


@contextlib.contextmanager
def provider(corpus, media, work):
    """The API for `corpus` with URLs below `media`; yields its origin."""
    description = pathlib.Path(work) / f"{corpus.name}.json"
    description.write_text(json.dumps({"organization": ORGANIZATION, "recordings": corpus.recordings}))
    process = subprocess.Popen(
        [sys.executable, HERE / "provider.py", description, media], stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        stop(process)
