"""The provider's API for a corpus: tokens, tasks, captures and Search, with URLs of another server for the recordings.

Written on bare asyncio, with all answers made beforehand, so that what is measured is the client and not this.

usage: provider.py CORPUS.json MEDIA_ORIGIN: prints the port once it listens.
"""

import asyncio
import bisect
import json
import re
import sys
import urllib.parse


# Tasks in an answer of Search.
SEARCH_PAGE = 250


class API(asyncio.Protocol):
    times, rows, searched, captures = [], [], [], {}
    requests = 0

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].decode("latin-1")
            length = re.search(r"(?im)^content-length: *(\d+)", head)
            size = end + 4 + (int(length.group(1)) if length else 0)
            if len(self.buffer) < size:
                return
            body, self.buffer = self.buffer[end + 4:size], self.buffer[size:]
            answer = self.answer(head.split(" ", 2)[1], body)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer
            )

    def answer(self, target, body):
        API.requests += 1
        path, _, query = target.partition("?")
        if path.endswith("/access_token"):
            return json.dumps({
                "access_token": f"A_P0A1_{self.organization}", "expires_in": 1209599, "token_type": "Bearer",
                "refresh_token": f"R_P0A1_{self.organization}", "refresh_token_expires_in": 7775999,
            }).encode()
        if path.endswith("/captures/query"):
            entries = [self.captures.get(task) for task in re.findall(rb'"([0-9a-f-]{36})"', body.split(b"taskIds")[1])]
            return b'{"meta":{"orgId":"%s"},"data":[%s]}' % (
                self.organization.encode(), b",".join(entry for entry in entries if entry)
            )
        if path.endswith("/tasks"):
            asked = dict(urllib.parse.parse_qsl(query))
            first = bisect.bisect_left(self.times, int(asked["from"]))
            last = bisect.bisect_left(self.times, int(asked["to"]))
            last = min(last, first + int(asked.get("pageSize", 100)))
            return b'{"meta":{"orgId":"%s"},"data":[%s]}' % (
                self.organization.encode(), b",".join(self.rows[first:last])
            )
        if path.endswith("/search"):
            return self.search(json.loads(body)["variables"])
        if path == "/requests":
            return str(API.requests).encode()
        return b'{"meta":{},"data":[]}'

    def search(self, variables):
        """Newest first, as the provider was seen to have it."""
        first = bisect.bisect_left(self.times, variables["from"])
        end = bisect.bisect_left(self.times, variables["to"])
        cursor = variables.get("pagination", {}).get("cursor")
        last = end - int(cursor or 0)
        begin = max(first, last - SEARCH_PAGE)
        return b'{"data":{"taskDetails":{"tasks":[%s],"pageInfo":{"hasNextPage":%s,"endCursor":"%d"}}}}' % (
            b",".join(self.searched[begin:last][::-1]), b"true" if begin > first else b"false", end - begin
        )


def load(corpus, media):
    API.organization = corpus["organization"]
    recordings = {}
    times = {}
    for task, recording, created, duration, path, _ in corpus["recordings"]:
        times.setdefault(task, created)
        recordings.setdefault(task, []).append({
            "id": recording, "segment": False,
            "attributes": {
                "fileName": "recording.wav", "filePath": f"{media}/{path}?X-Amz-Expires=3600&X-Amz-Signature=0",
                "startTime": created + 5000 + len(recordings.get(task, [])), "stopTime": created + 5000 + duration,
                "participants": ["6f2b1a3e-0000-4000-8000-000000000001", "+155****0001"], "channel1": "Caller",
                "channel2": "Agent", "callType": "main",
            },
        })
    for task, created in sorted(times.items(), key=lambda item: item[1]):
        row = {
            "id": task,
            "attributes": {
                "owner": {"id": "6f2b1a3e-0000-4000-8000-000000000001", "name": "Ada Agent"},
                "queue": {"id": "6f2b1a3e-0000-4000-8000-000000000002", "name": "Billing"},
                "channelType": "telephony", "status": "completed", "createdTime": created,
                "lastUpdatedTime": created + 200_000, "captureRequested": True, "origin": "+15550100001",
                "destination": "+15550199999", "direction": "inbound",
            },
        }
        API.times.append(created)
        API.rows.append(json.dumps(row).encode())
        attributes = row["attributes"]
        API.searched.append(json.dumps({
            "id": task, "status": "ended", "isActive": False, "createdTime": created, "endedTime": created + 200_000,
            "origin": attributes["origin"], "destination": attributes["destination"], "direction": "inbound",
            "channelType": "telephony", "owner": attributes["owner"],
            "lastAgent": attributes["owner"], "lastQueue": attributes["queue"] | {"duration": 12_000},
            "lastSite": {"id": "6f2b1a3e-0000-4000-8000-000000000003", "name": "Main"},
            "lastTeam": {"id": "6f2b1a3e-0000-4000-8000-000000000004", "name": "First line"},
            "terminationType": "normal", "terminatingEnd": "Agent", "lastWrapupCodeName": "Solved",
            "totalDuration": 200_000, "connectedDuration": 180_000, "captureRequested": True,
            "recordingCount": len(recordings[task]),
        }).encode())
        entry = {"taskId": task, "recording": recordings[task], "transcription": []}
        API.captures[task.encode()] = json.dumps(entry).encode()


async def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        load(json.load(file), sys.argv[2])
    server = await asyncio.get_running_loop().create_server(API, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
