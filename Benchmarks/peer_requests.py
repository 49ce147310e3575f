"""A peer: the script that such archives are often made with. usage: peer_requests.py URLS CERTIFICATE"""

import concurrent.futures
import hashlib
import sys
import threading

import requests

local = threading.local()


def fetch(item):
    index, url = item
    if not hasattr(local, "session"):
        local.session = requests.Session()
        local.session.verify = sys.argv[2]
        local.session.trust_env = False
    digest, path = hashlib.sha256(), f"got/{index}.wav"
    with local.session.get(url, stream=True, timeout=60) as response, open(path, "wb") as file:
        response.raise_for_status()
        for chunk in response.iter_content(1 << 18):
            digest.update(chunk)
            file.write(chunk)
    return f"{digest.hexdigest()}  {path}\n"


with open(sys.argv[1], encoding="utf-8") as file:
    urls = file.read().split()
with concurrent.futures.ThreadPoolExecutor(16) as pool, open("sums", "w", encoding="utf-8") as sums:
    sums.writelines(pool.map(fetch, enumerate(urls)))
