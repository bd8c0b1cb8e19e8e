"""A bot made with OpenAI's agents SDK hears, is heard, and knows how much of it was heard when it is interrupted."""
import asyncio
import json
import random
import tempfile
import unittest

from bot_case import PATIENCE_S, BotCase
from conformance.line import SocketLine
from conformance.telephone import SILENCE, Telephone

NOISE = random.Random(1)
ANSWER = bytes(NOISE.randrange(256) for _ in range(80000))
HEARD_BYTES = 8000  # of the answer, and then the caller speaks


class Interrupts(Telephone):
    heard_at_clear = None

    async def send_media(self, frame):
        speaks = len(self.heard) >= HEARD_BYTES and self.heard_at_clear is None
        await super().send_media(bytes(NOISE.randrange(256) for _ in SILENCE) if speaks else frame)

    async def clear(self):
        self.heard_at_clear = len(self.heard)
        await super().clear()
        self.hang_up()


class AgentsTest(BotCase):
    def test_is_heard_and_interrupted(self):
        with tempfile.NamedTemporaryFile() as audio:
            audio.write(ANSWER)
            audio.flush()
            bot = self.start("node", "agents.mjs", f"--audio={audio.name}")
            url = bot.stdout.readline().split()[-1]

        async def dial():
            return SocketLine(await self.connect(bot, url))

        telephone = Interrupts(dial)
        asyncio.run(asyncio.wait_for(telephone.call(), PATIENCE_S))
        events = []
        while not events or events[-1]["event"] != "model_closed":
            events.append(json.loads(bot.stdout.readline()))
        self.assertTrue(ANSWER.startswith(bytes(telephone.heard)))
        self.assertLess(len(telephone.heard), len(ANSWER) / 2)
        told = {event["event"]: event for event in events}
        self.assertEqual((told["session"]["input"], told["session"]["output"]), ("audio/pcmu", "audio/pcmu"))
        # It counts half seconds by marks, and adds 50 ms.
        self.assertEqual(told["truncated"]["audio_end_ms"], telephone.heard_at_clear // 4000 * 500 + 50)
        names = [event["mark"]["name"] for event in events if event["event"] == "mark"]
        self.assertEqual((len(names), names[-1].split(":")[0]), (21, "done"))
        self.assertNotIn("error", told)
        self.assertEqual(told["stop"]["stop"]["callSid"], telephone.call_sid)


if __name__ == "__main__":
    unittest.main()
