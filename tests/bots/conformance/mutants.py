"""Telephone sides that are wrong in one way each, with the row that has to find it."""
import json

from .stream import FRAME_BYTES
from .telephone import SILENCE, Telephone

MUTANTS = []  # (row, class)


def breaks(row):
    def register(mutant):
        MUTANTS.append((row, mutant))
        return mutant
    return register


def start_with(row, name, **changes):
    """A mutant whose `start` has other values; None: without the field."""
    def start(self):
        fields = {**Telephone.start(self), **changes}
        return {key: value for key, value in fields.items() if value is not None}
    breaks(row)(type(name, (Telephone,), {"start": start}))


def media_with(row, name, change):
    """A mutant whose frames are changed by `change(telephone, media)`."""
    def media(self, frame):
        return {**Telephone.media(self, frame), **change(self)}
    breaks(row)(type(name, (Telephone,), {"media": media}))


start_with("start", "WithoutTracks", tracks=None)
start_with("start", "WithoutParameters", customParameters=None)
start_with("start", "NumberAsParameter", customParameters={"age": 7})
start_with("start", "RateAsText", mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": "8000", "channels": 1})
start_with("start", "ChannelsAsText", mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": "1"})
start_with("start", "OtherEncoding", mediaFormat={"encoding": "audio/pcmu", "sampleRate": 8000, "channels": 1})
start_with("start", "EmptyCallSid", callSid="")
start_with("start", "EmptyAccountSid", accountSid="")
start_with("stream_sid", "StreamSidOnce", streamSid=None)
media_with("chunk", "ChunkAsNumber", lambda self: {"chunk": self.frames})
media_with("chunk", "ChunkFromZero", lambda self: {"chunk": str(self.frames - 1)})
media_with("timestamp", "TimestampAsNumber", lambda self: {"timestamp": (self.frames - 1) * 20})
media_with("timestamp", "TimestampOfTheEnd", lambda self: {"timestamp": str(self.frames * 20)})
media_with("timestamp", "TimestampInSamples", lambda self: {"timestamp": str((self.frames - 1) * 160)})
media_with("track", "OtherTrack", lambda self: {"track": "inbound_track"})
media_with("frame", "NotBase64", lambda self: {"payload": "%%%%"})


@breaks("json")
class UnknownEvent(Telephone):
    async def open(self):
        await super().open()
        await self.send("hello")


@breaks("json")
class AsBytes(Telephone):
    async def send_connected(self):
        await self._line.send(b'{"event":"connected","protocol":"Call","version":"1.0.0"}')


@breaks("first_two")
class WithoutConnected(Telephone):
    async def send_connected(self):
        pass


@breaks("first_two")
class MediaBeforeStart(Telephone):
    async def open(self):
        await self.send_connected()
        await self.send_media(SILENCE)
        await self.send("start", start=self.start())


@breaks("first_two")
class StartTwice(Telephone):
    async def open(self):
        await super().open()
        await self.send("start", start=self.start())


@breaks("first_two")
class WithoutStart(Telephone):
    async def open(self):
        await self.send_connected()


@breaks("connected")
class NumberedConnected(Telephone):
    async def send_connected(self):
        await self.send_raw({"event": "connected", "protocol": "Call", "version": "1.0.0", "sequenceNumber": "1"})


@breaks("connected")
class VersionAsNumber(Telephone):
    async def send_connected(self):
        await self.send_raw({"event": "connected", "protocol": "Call", "version": 1})


@breaks("sequence_number")
class SequenceAsNumber(Telephone):
    def head(self):
        return {**super().head(), "sequenceNumber": self.sequence}


@breaks("sequence_number")
class MarksWithoutSequence(Telephone):
    async def send_mark(self, name):
        await self.send_raw({"event": "mark", "streamSid": self.stream_sid, "mark": {"name": name}})


@breaks("stream_sid")
class MarksWithoutStreamSid(Telephone):
    async def send_mark(self, name):
        self.sequence += 1
        await self.send_raw({"event": "mark", "sequenceNumber": str(self.sequence), "mark": {"name": name}})


@breaks("frame")
class ShortFrames(Telephone):
    async def send_media(self, frame):
        await super().send_media(frame[:80])


@breaks("uplink")
class SilenceIsLeftOut(Telephone):
    async def send_media(self, frame):
        if self.frames < 10:
            await super().send_media(frame)


@breaks("uplink")
class SilentWhileThePeerSpeaks(Telephone):
    async def send_media(self, frame):
        if not self.queue:
            await super().send_media(frame)


@breaks("uplink")
class TwiceAsFast(Telephone):
    async def send_media(self, frame):
        await super().send_media(frame)
        await super().send_media(frame)


@breaks("mark_at_once")
class MarksOnlyBehindAudio(Telephone):
    async def on_mark(self, mark):
        if self.queue:
            await super().on_mark(mark)


@breaks("mark_playout")
class MarksOnArrival(Telephone):
    async def on_mark(self, mark):
        if isinstance(mark, dict) and "name" in mark:
            await self.send_mark(mark["name"])


@breaks("mark_playout")
class PartialFramesArePadded(Telephone):
    def audio_of(self, media):
        audio = super().audio_of(media)
        missing = -len(audio) % FRAME_BYTES
        return audio + bytes(missing)


@breaks("mark_playout")
class PartialFramesAreLost(Telephone):
    def audio_of(self, media):
        audio = super().audio_of(media)
        return audio[:len(audio) // FRAME_BYTES * FRAME_BYTES]


@breaks("mark_playout")
class WholeFramesOnly(Telephone):
    """What is left of a frame waits for more."""

    def play(self):
        if len(self.queue) >= FRAME_BYTES:
            super().play()


@breaks("mark_order")
class MarksTwice(Telephone):
    async def send_mark(self, name):
        await super().send_mark(name)
        await super().send_mark(name)


@breaks("mark_order")
class MarksWithoutName(Telephone):
    async def send_mark(self, name):
        await self.send("mark", mark={})


@breaks("clear")
class ClearIsIgnored(Telephone):
    async def clear(self):
        pass


@breaks("clear")
class ClearKeepsAudio(Telephone):
    async def clear(self):
        while self.marks:
            await self.send_mark(self.marks.pop(0)[1])


@breaks("clear")
class ClearLosesMarks(Telephone):
    async def clear(self):
        self.marks.clear()
        await super().clear()


@breaks("mark_order")
class ClearReturnsMarksBackwards(Telephone):
    async def clear(self):
        self.marks.reverse()
        await super().clear()


@breaks("rubbish")
class DiesOfBinaryFrames(Telephone):
    async def on_text(self, text):
        if isinstance(text, bytes):
            await self._line.close(1003)
        else:
            await super().on_text(text)


@breaks("rubbish")
class DiesOfBadJson(Telephone):
    async def on_text(self, text):
        try:
            json.loads(text)
        except ValueError:
            await self._line.close(1007)
        await super().on_text(text)


@breaks("rubbish")
class IsDeafAfterAMarkWithoutItsObject(Telephone):
    deaf = False

    async def on_text(self, text):
        self.deaf = self.deaf or '"mark"' in str(text) and "name" not in str(text)
        if not self.deaf:
            await super().on_text(text)


@breaks("wrong_stream")
class TakesAnyStream(Telephone):
    def is_ours(self, message):
        return True


@breaks("complete")
class HangsUpTooEarly(Telephone):
    async def tick(self):
        await super().tick()
        if self.frames == 20:
            self.hang_up()


@breaks("dtmf")
class NoDigits(Telephone):
    async def send_digits(self, digits):
        pass


@breaks("dtmf")
class DigitsTwice(Telephone):
    async def send_digits(self, digits):
        await super().send_digits(digits * 2)


@breaks("dtmf")
class DigitsBackwards(Telephone):
    def press(self, digits):
        super().press(reversed(digits))


@breaks("track")
class DigitsOnOtherTrack(Telephone):
    async def send_digits(self, digits):
        for digit in digits:
            await self.send("dtmf", dtmf={"track": "inbound", "digit": digit})


@breaks("reconnect")
class OtherCallSid(Telephone):
    def start(self):
        self.call_sid += "1"
        return super().start()


@breaks("reconnect")
class SameStreamSid(Telephone):
    def _begin_stream(self):
        super()._begin_stream()
        self.stream_sid = "MZ1"


@breaks("reconnect")
class LeavesALostBot(Telephone):
    def _begin_stream(self):
        super()._begin_stream()
        self._dial = self._never

    @staticmethod
    async def _never():
        await Telephone.forever()


@breaks("sequence_number")
class NumbersRunOnAfterReconnect(Telephone):
    def _begin_stream(self):
        before = getattr(self, "sequence", 0)
        super()._begin_stream()
        self.sequence = before


@breaks("stop")
class WithoutStop(Telephone):
    async def end(self):
        await self._line.close(1000)


@breaks("stop")
class StopWithoutCallSid(Telephone):
    def stop(self):
        return {"accountSid": self.account_sid}


@breaks("stop")
class MediaAfterStop(Telephone):
    async def end(self):
        await self.send("stop", stop=self.stop())
        await self.send_media(SILENCE)
        await self._line.close(1000)


@breaks("close")
class ClosesAsGoingAway(Telephone):
    async def end(self):
        await self.send("stop", stop=self.stop())
        await self._line.close(1001)


@breaks("close")
class LeavesTheSocketOpen(Telephone):
    async def end(self):
        await self.send("stop", stop=self.stop())
        await Telephone.forever()


@breaks("ping")
class NoPong(Telephone):
    async def open(self):
        self._line.answers_pings = False
        await super().open()
