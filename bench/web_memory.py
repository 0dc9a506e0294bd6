"""What a browser's socket costs the server: resident KiB for each of many that are logged in.

python bench/web_memory.py [clients]
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).parent.parent
CLIENTS = 1000
BOUND_KIB = 40
"""What each may cost (the bound that was set for this front door)."""

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
MASK = b"\0\0\0\0"


def resident_kib(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    assert found
    return int(found[1])


async def log_in(port: int, nickname: str) -> asyncio.StreamWriter:
    """As frugal as can be: this process shares the machine with the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
    origin = f"127.0.0.1:{port}"
    head = f"GET /socket HTTP/1.1\r\nHost: {origin}\r\nOrigin: http://{origin}\r\nUpgrade: websocket\r\n"
    writer.write(f"{head}Connection: Upgrade\r\n{KEY}\r\n".encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    frame = json.dumps({"type": "give_nickname", "nickname": nickname}).encode()
    writer.write(bytes((0x81, 0x80 | len(frame))) + MASK + frame)
    await reader.readuntil(b'"acknowledged"')
    return writer


async def measure(pid: int, port: int, clients: int) -> float:
    writers = [await log_in(port, "user0")]
    before = resident_kib(pid)
    writers += [await log_in(port, f"user{number}") for number in range(1, clients + 1)]
    await asyncio.sleep(2)
    each = (resident_kib(pid) - before) / clients
    for writer in writers:
        writer.close()
    return each


def main(clients: int) -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * clients + 200), hard))
    with tempfile.TemporaryDirectory() as folder:
        users = Path(folder, "users.csv")
        users.write_text("clientID\n" + "".join(f"user{number}\n" for number in range(clients + 1)), encoding="utf-8")
        command = [sys.executable, "server.py", "--port", "0", "--web-port", "0", "--users", users, "--data", folder]
        with subprocess.Popen([*map(str, command)], cwd=TOP, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr
            lines = iter(server.stderr.readline, "")
            port = next(int(found[1]) for line in lines if (found := re.search(r"protocol=web .*port=(\d+)", line)))
            with subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL):
                try:
                    each = asyncio.run(measure(server.pid, port, clients))
                finally:
                    server.terminate()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        server.wait(10)
    print(f"{clients} web clients: {each:.1f} KiB each (at most {BOUND_KIB})")
    return int(each > BOUND_KIB)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS))
