"""A small telephone side that does everything right; its caller is silent. For the self test, and to try a bot out."""
import asyncio
import base64
import binascii
import json
import secrets

from .line import Closed
from .stream import FRAME_BYTES, FRAME_MS, MEDIA_FORMAT, as_object

SILENCE = bytes([0xFF]) * FRAME_BYTES


class Telephone:
    """A call. What a method returns or sends is what a wrong telephone side gets wrong: see mutants.py."""

    def __init__(self, dial):
        self._dial = dial  # a coroutine function: a line to the bot
        self.call_sid = "CA" + secrets.token_hex(16)
        self.account_sid = "AC" + "0" * 32
        self._line = None
        self._hung_up = False
        self._pressed = []
        self.heard = bytearray()  # what was played to the caller

    def press(self, digits):
        self._pressed.extend(digits)

    def hang_up(self):
        self._hung_up = True

    async def call(self):
        """Until the caller hangs up, or a bot closes."""
        while not self._hung_up:
            self._line = await self._dial()
            self._begin_stream()
            reader = asyncio.ensure_future(self._read())
            try:
                await self._talk(reader)
            except Closed as closed:
                self._closed_by_bot = closed.code
            reader.cancel()
            if self._closed_by_bot == 1000:
                await self._drain()
                return

    async def _drain(self):
        """A goodbye is heard to its end."""
        while self.queue and not self._hung_up:
            self.play()
            await asyncio.sleep(FRAME_MS / 1000)

    def _begin_stream(self):
        self.stream_sid = "MZ" + secrets.token_hex(16)
        self.sequence = 0
        self.frames = 0
        self.queue = bytearray()
        self.written = self.played = 0
        self.marks = []  # (position, name)
        self._closed_by_bot = None

    async def _talk(self, reader):
        await self.open()
        loop = asyncio.get_running_loop()
        next_tick = loop.time()
        while not self._hung_up and not reader.done():
            await self.tick()
            next_tick += FRAME_MS / 1000
            await asyncio.sleep(max(0, next_tick - loop.time()))
        if self._hung_up:
            await self.end()

    async def open(self):
        await self.send_connected()
        await self.send("start", start=self.start())

    async def tick(self):
        self.play()
        await self.return_marks()
        while self._pressed:
            await self.send_digits([self._pressed.pop(0)])
        await self.send_media(SILENCE)

    async def end(self):
        await self.send("stop", stop=self.stop())
        await self._line.close(1000)

    @staticmethod
    async def forever():
        await asyncio.get_running_loop().create_future()

    # To the bot.
    async def send_raw(self, message):
        await self._line.send(json.dumps(message))

    async def send(self, event, **fields):
        self.sequence += 1
        await self.send_raw({"event": event, **self.head(), **fields})

    async def send_connected(self):
        await self.send_raw({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def head(self):
        return {"sequenceNumber": str(self.sequence), "streamSid": self.stream_sid}

    def start(self):
        return {"accountSid": self.account_sid, "callSid": self.call_sid, "streamSid": self.stream_sid,
                "tracks": ["inbound"], "mediaFormat": dict(MEDIA_FORMAT), "customParameters": {"from_number": "100"}}

    def stop(self):
        return {"accountSid": self.account_sid, "callSid": self.call_sid}

    def media(self, frame):
        return {"track": "inbound", "chunk": str(self.frames), "timestamp": str((self.frames - 1) * FRAME_MS),
                "payload": base64.b64encode(frame).decode()}

    async def send_media(self, frame):
        self.frames += 1
        await self.send("media", media=self.media(frame))

    async def send_digits(self, digits):
        for digit in digits:
            await self.send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    async def send_mark(self, name):
        await self.send("mark", mark={"name": name})

    # From the bot.
    async def _read(self):
        try:
            while True:
                await self.on_text(await self._line.receive())
        except Closed as closed:
            self._closed_by_bot = closed.code

    async def on_text(self, text):
        message = as_object(text)
        if message is None or not self.is_ours(message):
            return
        if message.get("event") == "media":
            audio = self.audio_of(message.get("media"))
            self.queue += audio
            self.written += len(audio)
        elif message.get("event") == "clear":
            await self.clear()
        elif message.get("event") == "mark":
            await self.on_mark(message.get("mark"))

    def is_ours(self, message):
        return message.get("streamSid") == self.stream_sid

    def audio_of(self, media):
        try:
            return base64.b64decode(media.get("payload"), validate=True)
        except (AttributeError, TypeError, binascii.Error):
            return b""

    async def on_mark(self, mark):
        if isinstance(mark, dict) and isinstance(mark.get("name"), str):
            self.marks.append((self.written, mark["name"]))
            await self.return_marks()

    async def clear(self):
        self.played += len(self.queue)
        self.queue.clear()
        await self.return_marks()

    # The caller's ear.
    def play(self):
        frame = bytes(self.queue[:FRAME_BYTES])
        del self.queue[:FRAME_BYTES]
        self.played += len(frame)
        self.heard += frame

    async def return_marks(self):
        while self.marks and self.marks[0][0] <= self.played:
            await self.send_mark(self.marks.pop(0)[1])
