"""A call as a speaking bot sees it: say, hear, keys, interruptions."""
import asyncio
import base64
import json
import time

from conformance.line import Closed

from .ears import Detector
from .voice import speak

PATIENCE_S = 8  # of a question, once it has been heard


class HungUp(Exception):
    """The call is over."""


class Call:
    """`recognize` is a coroutine function: words of an utterance by a grammar. `tell` gets a line of the dialogue."""

    def __init__(self, line, recognize, tell):
        self._line = line
        self._recognize = recognize
        self._tell = tell
        self._detector = Detector()
        self._stream_sid = None
        self._marks = 0
        self._heard = asyncio.Queue()  # ("words", utterance) or ("key", digit)
        self._silent = asyncio.Event()  # all that was said has been played
        self._reader = None

    async def begin(self):
        """Waits for the start message; its parameters."""
        while True:
            message = await self._receive()
            if message["event"] == "start":
                break
        self._stream_sid = message["streamSid"]
        self.tell("start", message["start"]["callSid"])
        self._reader = asyncio.ensure_future(self._read())
        return message["start"]["customParameters"]

    def tell(self, what, text):
        self._tell({"time": time.time(), "what": what, "text": text})

    async def say(self, text):
        """Queues the sentence, with a mark behind it; does not wait until it has been heard."""
        self._silent.clear()
        self._marks += 1
        self.tell("bot", text)
        await self._send("media", media={"payload": base64.b64encode(speak(text)).decode()})
        await self._send("mark", mark={"name": text[:40]})

    async def words(self, grammar):
        """What the caller says next; empty: nothing that the grammar knows, or nothing at all."""
        kind, utterance = await self._next()
        if kind != "words":
            return ""
        words = await self._recognize(grammar, utterance)
        self.tell("heard", words or "(not understood)")
        return words

    async def key(self):
        """The key that the caller presses next; empty: none."""
        kind, key = await self._next()
        return key if kind == "key" else ""

    async def close(self):
        """Ends the bot's part. What was said is played to its end by the telephone side."""
        self._reader.cancel()
        await self._line.close()

    async def _next(self):
        """The next thing that the caller does; begins to lose patience once the question has been heard."""
        heard = asyncio.ensure_future(self._heard.get())
        silent = asyncio.ensure_future(self._silent.wait())
        try:
            await asyncio.wait([heard, silent, self._reader], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait([heard, self._reader], timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            if heard.done():
                return heard.result()
            if self._reader.done():
                raise HungUp
            return ("nothing", "")
        finally:
            heard.cancel()
            silent.cancel()

    async def _send(self, event, **fields):
        try:
            await self._line.send(json.dumps({"event": event, "streamSid": self._stream_sid, **fields}))
        except Closed:
            raise HungUp from None

    async def _receive(self):
        try:
            return json.loads(await self._line.receive())
        except Closed:
            raise HungUp from None

    async def _read(self):
        while True:
            try:
                message = await self._receive()
            except HungUp:
                return
            if message["event"] == "media":
                await self._on_frame(base64.b64decode(message["media"]["payload"]))
            elif message["event"] == "dtmf":
                self.tell("key", message["dtmf"]["digit"])
                self._heard.put_nowait(("key", message["dtmf"]["digit"]))
            elif message["event"] == "mark":
                self._marks -= 1
                if self._marks == 0:
                    self._silent.set()
            elif message["event"] == "stop":
                return

    async def _on_frame(self, frame):
        spoke = self._detector.speaking
        utterance = self._detector.add(frame)
        if self._detector.speaking and not spoke and self._marks > 0:
            self.tell("interrupted", "")
            await self._send("clear")
        if utterance is not None:
            self._heard.put_nowait(("words", utterance))
