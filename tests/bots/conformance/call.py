"""One WebSocket of the kit as a bot: sends, and knows what has come."""
import asyncio
import base64
import json

from .line import Closed
from .stream import StreamRules, is_text


def payload(size):
    """So many bytes of mu-law, a quiet saw tooth."""
    return base64.b64encode(bytes(0xC0 + i % 0x20 for i in range(size))).decode()


class Ended(Exception):
    """The other side has closed before the kit was through."""


class BotCall:
    def __init__(self, line, report, options):
        self._line = line
        self._report = report
        self.patience_s = options.patience_s
        self._rules = StreamRules(report, options.max_gap_s)
        self._changed = asyncio.Event()
        self._asked = []  # names of marks, in order
        self._marks = []  # (name, time) of those that are back
        self.digits = []
        self.messages = 0
        self.close_code = None
        self._aborted = False
        self._reader = asyncio.ensure_future(self._read())

    @property
    def start(self):
        return self._rules.start

    @property
    def stopped(self):
        return self._rules.stopped

    @staticmethod
    def now():
        return asyncio.get_running_loop().time()

    async def send(self, event, **fields):
        await self.send_raw(json.dumps({"event": event, "streamSid": self._rules.stream_sid, **fields}))

    async def send_raw(self, message):
        try:
            await self._line.send(message)
        except Closed:
            raise Ended from None

    async def send_audio(self, size):
        await self.send("media", media={"payload": payload(size)})

    async def send_mark(self, name):
        self._asked.append(name)
        await self.send("mark", mark={"name": name})

    async def until(self, what, patience_s=None):
        """Waits until `what()` holds; False: it did not in time."""
        deadline = self.now() + (self.patience_s if patience_s is None else patience_s)
        while not what():
            if self.close_code is not None:
                raise Ended
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), deadline - self.now())
            except asyncio.TimeoutError:
                return what()
        return True

    async def until_closed(self, patience_s):
        """False: it is still open when the time is over."""
        await asyncio.wait([self._reader], timeout=patience_s)
        return self._reader.done()

    async def mark_time(self, name, patience_s=None):
        """When the mark came back; None: it did not in time."""
        await self.until(lambda: any(name == back for back, _ in self._marks), patience_s)
        return next((at for back, at in self._marks if back == name), None)

    async def answers_ping(self):
        try:
            await asyncio.wait_for(self._line.ping(), self.patience_s)
        except asyncio.TimeoutError:
            return False
        return True

    def abort(self):
        """Goes away without a word."""
        self._aborted = True
        self._line.abort()

    async def close(self):
        await self._line.close()

    async def _read(self):
        try:
            while True:
                text = await self._line.receive()
                self.messages += 1
                message = self._rules.on_message(text, self.now())
                if message is not None:
                    self._take(message)
                self._changed.set()
        except Closed as closed:
            self.close_code = closed.code
            if not self._aborted:
                self._rules.on_closed(closed.code, self.now())
            self._changed.set()

    def _take(self, message):
        if message["event"] == "mark":
            self._on_mark(message.get("mark"))
        if message["event"] == "dtmf":
            self._on_dtmf(message.get("dtmf"))

    def _on_mark(self, mark):
        name = mark.get("name") if isinstance(mark, dict) else None
        expected = self._asked[len(self._marks)] if len(self._marks) < len(self._asked) else None
        if not is_text(name) or name != expected:
            self._report.broken("mark_order", f"{name!r} came back instead of {expected!r}")
        self._marks.append((name, self.now()))

    def _on_dtmf(self, dtmf):
        dtmf = dtmf if isinstance(dtmf, dict) else {}
        if dtmf.get("track") != "inbound_track":
            self._report.broken("track", f"{dtmf.get('track')!r} on `dtmf`")
        self.digits.append(dtmf.get("digit"))
