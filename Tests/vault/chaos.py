#!/usr/bin/env python3
"""A network that misbehaves, between a client and a store on loopback.

usage: chaos.py TARGET_PORT

Prints the port that it listens on, and then obeys lines of its input, each with a line of output (JSON: how many connections
there were, how many of them had a fault, and the bytes each way). `count` changes nothing. Any other line ends the connections that are
idle, and sets the faults of those to come; an empty one sets none:
    times=N          only the next N connections have the faults
    skip=N           but not the first N of them
    refuse           the connection is reset at once
    cut_up=N         it is reset after N bytes from the client
    cut_down=N       it is reset after N bytes from the store
    end_down=N       it is closed, as if nothing were wrong, after N bytes from the store
    stall_up=N       after N bytes from the client, nothing is passed on any more
    stall_down=N     after N bytes from the store, nothing is passed on any more
    flip_up=N        a bit of byte N from the client is flipped
    flip_down=N      a bit of byte N from the store is flipped
    drop_answer      the store gets everything and answers, and the answer is lost
    delay=S          each piece takes S seconds longer
It ends with its input.
"""
import asyncio
import json
import os
import socket
import struct
import sys
import time

IDLE_SECONDS = 0.05
faults = {}
# The connections that are open, and when something last passed on them.
opened = {}
counts = {"connections": 0, "faulted": 0, "up": 0, "down": 0}


def take_faults():
    """The faults of a new connection."""
    if not faults:
        return {}
    if faults.get("skip", 0) > 0:
        faults["skip"] -= 1
        return {}
    now = dict(faults)
    if "times" in faults:
        faults["times"] -= 1
        if faults["times"] <= 0:
            faults.clear()
    return now


def reset(writer):
    connection = writer.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def pass_on(reader, writer, fault, way, client):
    """Returns when nothing more is to be passed on; resets the client if it is to see that."""
    passed = 0
    try:
        while True:
            piece = await reader.read(1 << 16)
            opened[client] = time.monotonic()
            if way == "down" and "drop_answer" in fault and not piece.startswith(b"HTTP/1.1 100"):
                return reset(client)
            if not piece:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            await asyncio.sleep(fault.get("delay", 0))
            at = fault.get(f"flip_{way}", -1) - passed
            if 0 <= at < len(piece):
                piece = piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1:]
            for kind in ("cut", "end", "stall"):
                limit = fault.get(f"{kind}_{way}")
                if limit is None or passed + len(piece) < limit:
                    continue
                writer.write(piece[:limit - passed])
                await writer.drain()
                if kind == "stall":
                    await asyncio.sleep(3600)
                elif kind == "end":
                    writer.close()
                else:
                    reset(client)
                return
            writer.write(piece)
            await writer.drain()
            passed += len(piece)
            counts[way] += len(piece)
    except OSError:
        reset(client)


async def connect(reader, writer):
    fault = take_faults()
    counts["connections"] += 1
    counts["faulted"] += bool(fault)
    if "refuse" in fault:
        return reset(writer)
    try:
        store_reader, store_writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
    except OSError:
        return reset(writer)
    ways = [asyncio.ensure_future(pass_on(reader, store_writer, fault, "up", writer)),
            asyncio.ensure_future(pass_on(store_reader, writer, fault, "down", writer))]
    # An answer that has ended is the end; a request that has ended is not.
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    if not ways[1].done() and not writer.transport.is_closing():
        await asyncio.wait(ways[1:])
    for way in ways:
        way.cancel()
    store_writer.close()
    writer.close()
    opened.pop(writer, None)


async def main():
    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() != "count":
            faults.clear()
            for word in line.split():
                name, _, value = word.partition("=")
                faults[name] = float(value) if name == "delay" else int(value or 1)
            for client, last in list(opened.items()):
                if time.monotonic() - last > IDLE_SECONDS:
                    client.close()
        print(json.dumps(counts), flush=True)
    # Without waiting for what is open, or telling of it.
    os._exit(0)


if len(sys.argv) != 2:
    sys.exit(__doc__)
asyncio.run(main())
