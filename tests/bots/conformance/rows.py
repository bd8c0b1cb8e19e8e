"""What a bot may rely on, a row each, and the report of the rows that were broken."""

ROWS = {
    "json": "every message is a text frame with a JSON object that has `event`, and only known events come",
    "first_two": "`connected`, then `start`, each once, before anything else",
    "connected": "protocol `Call`, version `1.0.0`; no sequenceNumber, no streamSid",
    "start": "accountSid, callSid, streamSid, tracks, mediaFormat and customParameters, of the right types",
    "stream_sid": "the same streamSid on every message but `connected`, twice in `start`",
    "sequence_number": "a string on every message but `connected`, counting 1, 2, 3 …",
    "chunk": "a string, counting 1, 2, 3 …",
    "timestamp": "a string: ms of audio before this frame, without a gap",
    "track": "`inbound` on media, `inbound_track` on dtmf",
    "frame": "160 bytes of mu-law in base64",
    "uplink": "50 frames a second from `start` to `stop`, also while nobody speaks",
    "mark_at_once": "a mark comes back at once when nothing is queued",
    "mark_playout": "a mark comes back when the audio before it has been played, whatever the size of the messages",
    "mark_order": "each mark comes back once, in order, with its name; no other mark comes",
    "clear": "`clear` returns all pending marks, in order, and throws away what is queued",
    "rubbish": "unknown events, binary frames, bad JSON, a mark without its object: ignored",
    "wrong_stream": "messages with another streamSid are ignored",
    "ping": "a ping is answered",
    "dtmf": "each key is a message of its own, in the order of the keys",
    "reconnect": "a bot that is lost is dialled again: the same callSid, a new streamSid",
    "stop": "`stop` with accountSid and callSid is the last message of a call that has ended",
    "close": "after `stop` the WebSocket is closed with 1000",
    "complete": "the call lasts until the kit is through with it",
}


class Report:
    """The first thing that was wrong with each row."""

    def __init__(self):
        self._broken = {}

    def broken(self, row, what):
        assert row in ROWS, row
        self._broken.setdefault(row, what)

    @property
    def rows(self):
        return [row for row in ROWS if row in self._broken]

    def lines(self):
        return [f"broken: {row}: {self._broken[row]} (expected: {ROWS[row]})" for row in self.rows]
