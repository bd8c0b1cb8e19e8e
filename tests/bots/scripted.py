"""A bot for tests: does what the path of its URL says, such as /say,until:mark,close, and prints what comes."""
import argparse
import asyncio
import base64
import json
import os
import time
import urllib.parse

import websockets


class Call:
    def __init__(self, number, socket, options):
        self._number = number
        self._socket = socket
        self._audio = open(options.audio, "rb").read() if options.audio else b""
        self._uplink = open(os.path.join(options.out, f"uplink.{number}"), "wb") if options.out else None
        self._stream_sid = None
        self._changed = asyncio.Event()
        self._seen = []  # events
        self._played = set()  # names of marks that are back
        self._frames = 0

    def tell(self, event, **fields):
        print(json.dumps({"time": time.time(), "connection": self._number, "event": event, **fields}), flush=True)

    async def run(self):
        reader = asyncio.ensure_future(self._read())
        try:
            for step in urllib.parse.unquote(self._socket.path.split("?")[0]).strip("/").split(","):
                await self._step(*step.split(":", 1))
        except websockets.ConnectionClosed:
            pass
        await reader

    async def _step(self, name, value=""):
        if name in ("", "listen"):
            return
        await self._until("start")
        if name == "say":  # all of it in one message, or in messages of so many bytes
            size = int(value or len(self._audio))
            for at in range(0, len(self._audio), size):
                payload = base64.b64encode(self._audio[at:at + size]).decode()
                await self._send("media", media={"payload": payload})
            self.tell("said")
            await self._send("mark", mark={"name": "said"})
        elif name == "play":  # all of it; goes on once the first so many bytes have been played
            head = f"head{len(self._seen)}"
            for part, mark in (self._audio[:int(value)], head), (self._audio[int(value):], "said"):
                await self._send("media", media={"payload": base64.b64encode(part).decode()})
                await self._send("mark", mark={"name": mark})
            await self._wait(lambda: head in self._played)
        elif name == "until":  # an event has come; frames:N: so many frames
            await self._until(value)
        elif name == "clear":
            await self._send("clear")
            self.tell("cleared")
        elif name == "close":
            self.tell("closing")
            await self._socket.close()
        elif name == "abort":
            self._socket.transport.abort()
        else:
            raise ValueError(f"no step {name}")

    async def _until(self, what):
        name, _, count = what.partition(":")
        await self._wait(lambda: self._frames >= int(count) if name == "frames" else name in self._seen)

    async def _wait(self, done):
        while not done():
            if self._socket.closed:
                raise websockets.ConnectionClosedOK(None, None)
            self._changed.clear()
            await self._changed.wait()

    async def _send(self, event, **fields):
        await self._socket.send(json.dumps({"event": event, "streamSid": self._stream_sid, **fields}))

    async def _read(self):
        try:
            async for text in self._socket:
                self._take(json.loads(text))
        except websockets.ConnectionClosedError:
            pass
        self.tell("closed", code=self._socket.close_code, frames=self._frames)
        self._changed.set()
        if self._uplink:
            self._uplink.close()

    def _take(self, message):
        event = message["event"]
        if event == "media":
            self._frames += 1
            if self._uplink:
                self._uplink.write(base64.b64decode(message["media"]["payload"]))
        else:
            if event == "start":
                self._stream_sid = message["streamSid"]
            elif event == "mark":
                self._played.add(message["mark"]["name"])
            self.tell(event, **{name: value for name, value in message.items() if name != "event"})
            self._seen.append(event)
        self._changed.set()


async def serve(options):
    number = 0

    async def on_connection(socket):
        nonlocal number
        number += 1
        await Call(number, socket, options).run()

    async with websockets.serve(on_connection, "127.0.0.1", options.port) as server:
        print(f"listening on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Future()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one (%(default)s)")
    parser.add_argument("--audio", help="file of mu-law that `say` sends")
    parser.add_argument("--out", help="folder for what was heard: uplink.N of the Nth WebSocket, as mu-law")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
