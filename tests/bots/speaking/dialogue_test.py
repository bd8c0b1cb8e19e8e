"""A caller who speaks is understood, interrupts, and is handed over. Without a network, in virtual time."""
import asyncio
import collections
import unittest

from conformance import virtual_time
from conformance.line import MemoryLine
from conformance.telephone import SILENCE, Telephone

from .call import Call, HungUp
from .ears import Detector, Recognizer
from .switchboard import GIVE_UP, GRAMMARS, NEWS, SORRY, WELCOME, switchboard
from .voice import speak

FRAME = len(SILENCE)
RECOGNIZER = Recognizer(GRAMMARS)


class Caller(Telephone):
    """Says sentences, each when the bot has been silent for half a second."""

    def __init__(self, dial, turns):
        super().__init__(dial)
        self._turns = collections.deque(turns)  # (sentence or key, whether the bot is interrupted)
        self._saying = collections.deque()
        self._quiet_frames = 0
        self._heard_since = 0

    async def send_media(self, frame):
        await super().send_media(self._saying.popleft() if self._saying else frame)

    async def tick(self):
        await super().tick()
        self._quiet_frames = 0 if self.queue else self._quiet_frames + 1
        self._heard_since += bool(self.queue)
        if self._turns and not self._saying and self._is_my_turn(self._turns[0][1]):
            self._take_turn(self._turns.popleft()[0])

    def _is_my_turn(self, interrupts):
        return self._heard_since > 100 if interrupts else self._heard_since > 0 and self._quiet_frames > 25

    def _take_turn(self, turn):
        self._heard_since = 0
        if turn.isdigit():
            self.press(turn)
            return
        audio = speak(turn, "rms")
        audio += SILENCE[:1] * (-len(audio) % FRAME)
        self._saying.extend(audio[at:at + FRAME] for at in range(0, len(audio), FRAME))


async def talk(*turns):
    """The dialogue as [(what, text)], and the caller."""
    lines = []

    async def recognize(grammar, utterance):
        return RECOGNIZER.words(grammar, utterance)

    async def answer(line):
        try:
            await switchboard(Call(line, recognize, lambda said: lines.append((said["what"], said["text"]))))
        except HungUp:
            lines.append(("hung up", ""))

    async def dial():
        ours, bots = MemoryLine.pair()
        asyncio.ensure_future(answer(bots))
        return ours

    caller = Caller(dial, turns)
    await caller.call()
    return lines, caller


def told(lines, what):
    return [text for kind, text in lines if kind == what]


class DialogueTest(unittest.TestCase):
    def test_is_understood_interrupts_and_is_handed_over(self):
        lines, caller = virtual_time.run(
            talk(("sales please", False), ("four seven one", False), ("1", False), ("connect me now", True)))
        self.assertEqual(told(lines, "heard"), ["sales please", "four seven one", "connect me now"])
        self.assertEqual(told(lines, "key"), ["1"])
        self.assertEqual(told(lines, "closed"), ["sales"])
        self.assertEqual([what for what, _ in lines].count("interrupted"), 1)
        said = told(lines, "bot")
        self.assertEqual((said[2], said[-1]),
                         ("I heard: four, seven, one. Press one if that is right, or two to say it again.",
                          "All right. I am connecting you with sales. Goodbye."))
        self.assertLess(len(caller.heard), sum(len(speak(text)) for text in said) - len(speak(NEWS)) / 2,
                        "the news was interrupted, and yet heard")

    def test_a_wrong_number_is_said_again(self):
        lines, _ = virtual_time.run(talk(("billing", False), ("four", False), ("2", False), ("nine nine", False),
                                         ("1", False), ("stop", True)))
        self.assertEqual(told(lines, "heard"), ["billing", "four", "nine nine", "stop"])
        self.assertEqual(told(lines, "closed"), ["billing"])

    def test_a_silent_caller_is_asked_three_times(self):
        lines, _ = virtual_time.run(talk())
        self.assertEqual(told(lines, "bot"), [WELCOME, SORRY] * 3 + [GIVE_UP])
        self.assertEqual(told(lines, "closed"), ["somebody"])


class DetectorTest(unittest.TestCase):
    def frames(self, audio):
        return [audio[at:at + FRAME] for at in range(0, len(audio) - FRAME + 1, FRAME)]

    def test_cuts_at_pauses(self):
        detector = Detector()
        audio = (SILENCE * 50 + speak("billing", "rms") + SILENCE * 50) * 2
        utterances = [found for frame in self.frames(audio) if (found := detector.add(frame)) is not None]
        self.assertEqual([RECOGNIZER.words("department", found) for found in utterances], ["billing"] * 2)

    def test_a_click_is_no_speech(self):
        detector = Detector()
        for frame in self.frames(SILENCE * 20 + b"\x00" * FRAME * 2 + SILENCE * 20):
            self.assertIsNone(detector.add(frame))
            self.assertFalse(detector.speaking)


if __name__ == "__main__":
    unittest.main()
