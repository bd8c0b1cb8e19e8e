"""What holds for the messages of one WebSocket, whatever the bot does. Pure: is told what comes, and when."""
import base64
import binascii
import json

FRAME_BYTES = 160
FRAME_MS = 20
MEDIA_FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
EVENTS = ("connected", "start", "media", "dtmf", "mark", "stop")


def as_object(text):
    """The JSON object of a text frame; None: it is none."""
    try:
        message = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def same(value, expected):
    """Equal and of the same type, so that 1 is neither True nor 1.0."""
    return json.dumps(value, sort_keys=True) == json.dumps(expected, sort_keys=True)


def is_text(value):
    return isinstance(value, str) and value != ""


class StreamRules:
    def __init__(self, report, max_gap_s):
        self._report = report
        self._max_gap_s = max_gap_s
        self._messages = 0
        self._numbered = 0
        self._frames = 0
        self._started_at = None
        self.start = None  # the object of the message
        self.stream_sid = None
        self.stopped = False

    def on_message(self, text, now):
        """Checks what came; the message, or None when it cannot be read."""
        message = as_object(text)
        if message is None or message.get("event") not in EVENTS:
            self._report.broken("json", f"message {self._messages + 1} is {text[:80]!r}")
            return None
        event = message["event"]
        self._messages += 1
        expected = ("connected", "start")[self._messages - 1] if self._messages <= 2 else None
        if event != expected and (expected or event in ("connected", "start")):
            self._report.broken("first_two", f"message {self._messages} is `{event}`")
        if self.stopped:
            self._report.broken("stop", f"`{event}` came after it")
        if event == "connected":
            self._on_connected(message)
        else:
            self._on_numbered(message, event, now)
        return message

    def on_closed(self, code, now):
        """Once the telephone has closed by itself."""
        if not self.stopped:
            self._report.broken("stop", "it did not come")
            self._check_uplink(now)
        if code != 1000:
            self._report.broken("close", f"closed with {code}")

    def _on_connected(self, message):
        if not same(message, {"event": "connected", "protocol": "Call", "version": "1.0.0"}):
            self._report.broken("connected", f"it is {json.dumps(message)}")

    def _on_numbered(self, message, event, now):
        self._numbered += 1
        number = message.get("sequenceNumber")
        if not same(number, str(self._numbered)):
            self._report.broken("sequence_number", f"{number!r} instead of {str(self._numbered)!r} on `{event}`")
        if event == "start" and self.start is None:
            self._on_start(message, now)
        sid = message.get("streamSid")
        if not is_text(sid) or sid != self.stream_sid:
            self._report.broken("stream_sid", f"{sid!r} instead of {self.stream_sid!r} on `{event}`")
        if event == "media":
            self._on_media(message.get("media"), now)
        elif event == "stop":
            self._on_stop(message.get("stop"), now)

    def _on_start(self, message, now):
        start = message.get("start")
        self._started_at = now
        self.start = start if isinstance(start, dict) else {}
        self.stream_sid = self.start.get("streamSid")
        for name in ("accountSid", "callSid", "streamSid"):
            if not is_text(self.start.get(name)):
                self._report.broken("start", f"{name} is {self.start.get(name)!r}")
        if self.start.get("tracks") != ["inbound"]:
            self._report.broken("start", f"tracks is {self.start.get('tracks')!r}")
        if not same(self.start.get("mediaFormat"), MEDIA_FORMAT):
            self._report.broken("start", f"mediaFormat is {json.dumps(self.start.get('mediaFormat'))}")
        parameters = self.start.get("customParameters")
        if not isinstance(parameters, dict) or not all(isinstance(value, str) for value in parameters.values()):
            self._report.broken("start", f"customParameters is {json.dumps(parameters)}")

    def _on_media(self, media, now):
        media = media if isinstance(media, dict) else {}
        self._check_uplink(now)
        self._frames += 1
        if not same(media.get("chunk"), str(self._frames)):
            self._report.broken("chunk", f"{media.get('chunk')!r} instead of {str(self._frames)!r}")
        expected = str((self._frames - 1) * FRAME_MS)
        if not same(media.get("timestamp"), expected):
            self._report.broken("timestamp", f"{media.get('timestamp')!r} instead of {expected!r}")
        if media.get("track") != "inbound":
            self._report.broken("track", f"{media.get('track')!r} on `media`")
        try:
            size = len(base64.b64decode(media.get("payload"), validate=True))
        except (binascii.Error, TypeError, ValueError):
            size = None
        if size != FRAME_BYTES:
            self._report.broken("frame", f"frame {self._frames} has {size} bytes")

    def _check_uplink(self, now):
        """Compares the audio that has come with the time that has gone by."""
        if self._started_at is None:
            return
        ahead_s = self._frames * FRAME_MS / 1000 - (now - self._started_at)
        if abs(ahead_s) > self._max_gap_s:
            what = "too much" if ahead_s > 0 else "missing"
            self._report.broken("uplink", f"{abs(ahead_s):.2f} s of audio are {what} after frame {self._frames}")

    def _on_stop(self, stop, now):
        self._check_uplink(now)
        self.stopped = True
        for name in ("accountSid", "callSid"):
            value = stop.get(name) if isinstance(stop, dict) else None
            if not is_text(value) or value != (self.start or {}).get(name):
                self._report.broken("stop", f"{name} is {value!r}")
