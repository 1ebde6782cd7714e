"""Asking in an open loop from a process of its own: each request at its planned moment, answered or not before.

Plain asyncio over kept connections: what asks shall take as little of the processor as can be. Time counts from the
planned moment, so that waiting for a process that is busy counts.
"""

import asyncio
import contextlib
import json
import random
import subprocess
import sys
from dataclasses import astuple, dataclass

TIMEOUT_SECONDS = 30.0
_BAD = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """One request: when, what kind, its path."""

    at: float
    kind: str
    path: str
    cookie: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it. ``seconds`` from the planned moment; status 0 where no answer came."""

    kind: str
    path: str
    seconds: float
    status: int
    late: float
    """How long after the planned moment it was sent: the fault of whoever asks, not of the answering side."""


def schedule(
    rate: float, seconds: float, paths: dict[str, list[str]], mix: dict[str, float], seed: int
) -> list[Planned]:
    """Arrivals by chance (Poisson) at ``rate`` a second, kinds by ``mix``; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    found, at = [], chance.expovariate(rate)
    while at < seconds:
        kind = chance.choices(list(mix), list(mix.values()))[0]
        found.append(Planned(at, kind, chance.choice(paths[kind])))
        at += chance.expovariate(rate)
    return found


def ask_apart(address: str, plan: list[Planned]) -> list[Answered]:
    """Carry out a plan in another process, which loads nothing of the registry."""
    said = json.dumps([address, [astuple(one) for one in plan]])
    done = subprocess.run([sys.executable, "-m", __name__], input=said, capture_output=True, text=True, check=True)
    return [Answered(*one) for one in json.loads(done.stdout)]


async def _all(address: str, plan: list[Planned]) -> list[Answered]:
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    loop = asyncio.get_running_loop()
    began = loop.time() + 0.2
    asked = []
    for one in plan:
        await asyncio.sleep(max(0.0, began + one.at - loop.time()))
        asked.append(asyncio.create_task(_one(address, one, began + one.at, free)))
    found = await asyncio.gather(*asked)
    for _, writer in free:
        writer.close()
    return list(found)


async def _one(
    address: str, one: Planned, due: float, free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
) -> Answered:
    loop = asyncio.get_running_loop()
    late, status = loop.time() - due, _BAD
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
        async with asyncio.timeout(TIMEOUT_SECONDS):
            host, port = address.split(":")
            reader, writer = free.pop() if free else await asyncio.open_connection(host, int(port), limit=1 << 20)
            cookie = f"Cookie: {one.cookie}\r\n" if one.cookie else ""
            writer.write(f"GET {one.path} HTTP/1.1\r\nHost: {address}\r\n{cookie}\r\n".encode())
            status = await _read(reader)
            free.append((reader, writer))
    return Answered(one.kind, one.path, loop.time() - due, status, late)


async def _read(reader: asyncio.StreamReader) -> int:
    """The status; the body is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if "transfer-encoding: chunked" in head:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    elif "content-length: " in head:
        await reader.readexactly(int(head.split("content-length: ", 1)[1].split("\r\n", 1)[0]))
    return status


def main() -> None:
    """The plan from standard input, the answers to standard output."""
    address, plan = json.load(sys.stdin)
    answered = asyncio.run(_all(address, [Planned(*one) for one in plan]))
    json.dump([astuple(one) for one in answered], sys.stdout)


if __name__ == "__main__":
    main()
