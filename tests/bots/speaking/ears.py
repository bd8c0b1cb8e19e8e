"""What the caller says: when it begins and ends, by its energy, and which words of a grammar it is."""
import audioop
import collections
import os
import tempfile

from pocketsphinx import Decoder

RATE_HZ = 8000
MODEL_RATE_HZ = 16000
MODEL = "/usr/share/pocketsphinx/model/en-us"

LOUD = 400  # RMS of 16 bit samples
BEGIN_FRAMES = 3  # that are loud in a row
END_FRAMES = 30  # that are not loud in a row
BEFORE_FRAMES = 15  # kept from before the begin, for a soft consonant


class Detector:
    """Cuts frames of 20 ms into utterances. Pure."""

    def __init__(self):
        self._before = collections.deque(maxlen=BEFORE_FRAMES)
        self._loud = self._quiet = 0
        self._frames = []
        self.speaking = False

    def add(self, frame):
        """The utterance that this frame of mu-law has ended, or None."""
        loud = audioop.rms(audioop.ulaw2lin(frame, 2), 2) > LOUD
        self._loud = self._loud + 1 if loud else 0
        self._quiet = 0 if loud else self._quiet + 1
        if not self.speaking:
            self._before.append(frame)
            if self._loud >= BEGIN_FRAMES:
                self.speaking = True
                self._frames = list(self._before)
            return None
        self._frames.append(frame)
        if self._quiet < END_FRAMES:
            return None
        self.speaking = False
        self._before.clear()
        return b"".join(self._frames)


class Recognizer:
    """pocketsphinx with a grammar of JSGF for each question. Not thread-safe."""

    def __init__(self, grammars):
        self._decoders = {name: self._decoder(rule) for name, rule in grammars.items()}

    @staticmethod
    def _decoder(rule):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "grammar.jsgf")
            with open(file, "w", encoding="ascii") as out:
                out.write(f"#JSGF V1.0;\ngrammar question;\npublic <answer> = {rule};\n")
            config = Decoder.default_config()
            config.set_string("-hmm", f"{MODEL}/en-us")
            config.set_string("-dict", f"{MODEL}/cmudict-en-us.dict")
            config.set_string("-jsgf", file)
            config.set_string("-logfn", os.devnull)
            return Decoder(config)

    def words(self, grammar, utterance):
        """Of mu-law; empty: nothing of the grammar."""
        samples, _ = audioop.ratecv(audioop.ulaw2lin(utterance, 2), 2, 1, RATE_HZ, MODEL_RATE_HZ, None)
        decoder = self._decoders[grammar]
        decoder.start_utt()
        decoder.process_raw(samples, False, True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""
