#!/usr/bin/env python3
"""Checks a time stamp with rfc3161-client, which shares no code with Callark or OpenSSL's TS.

    stamp.py REPLY REQUEST DATA ROOT
"""
import sys

from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from rfc3161_client.tsp import TimeStampRequest  # noqa: F401 (names what a request is)


def read(path):
    with open(path, "rb") as file:
        return file.read()


reply, data = decode_timestamp_response(read(sys.argv[1])), read(sys.argv[3])
# The nonce of the request is the last integer in it, before the flag that asks for certificates.
request = read(sys.argv[2])
assert request[-3:] == b"\x01\x01\xff", "it does not ask for certificates"
nonce = int.from_bytes(request[-11:-3], "big")
builder = VerifierBuilder().nonce(nonce).add_root_certificate(x509.load_pem_x509_certificate(read(sys.argv[4])))
builder.build().verify_message(reply, data)
print(int(reply.tst_info.gen_time.timestamp()))
