"""The echo bots send back what they hear, sample by sample, and are those of the README."""
import asyncio
import os
import random
import sys
import unittest

from bot_case import BOTS, PATIENCE_S, BotCase, free_port
from conformance.line import SocketLine
from conformance.telephone import SILENCE, Telephone

FRAMES = 50


class Speaks(Telephone):
    """Says a second of noise, and hangs up once it has heard as much."""

    def __init__(self, dial):
        super().__init__(dial)
        noise = random.Random(1)
        self.said = [bytes(noise.randrange(256) for _ in SILENCE) for _ in range(FRAMES)]

    async def send_media(self, frame):
        await super().send_media(self.said[self.frames] if self.frames < FRAMES else frame)
        if len(self.heard) >= FRAMES * len(SILENCE):
            self.hang_up()


class EchoTest(BotCase):
    def run_bot(self, *command):
        port = free_port()
        bot = self.start(*command, PORT=str(port))

        async def dial():
            return SocketLine(await self.connect(bot, f"ws://127.0.0.1:{port}/any/path"))

        telephone = Speaks(dial)
        asyncio.run(asyncio.wait_for(telephone.call(), PATIENCE_S))
        self.assertEqual(bytes(telephone.heard[:FRAMES * len(SILENCE)]), b"".join(telephone.said))
        line = bot.stdout.readline()
        self.assertIn(telephone.call_sid, line)
        self.assertIn("from_number", line)

    def test_python(self):
        self.run_bot(sys.executable, "echo.py")

    def test_node(self):
        self.run_bot("node", "echo.js")

    def test_the_readme_shows_them(self):
        with open(os.path.join(BOTS, "..", "..", "README.md"), encoding="utf-8") as file:
            readme = file.read()
        for name, language in (("echo.py", "python"), ("echo.js", "js")):
            with open(os.path.join(BOTS, name), encoding="utf-8") as file:
                self.assertIn(f"```{language}\n{file.read()}```\n", readme, f"README.md does not show {name}")


if __name__ == "__main__":
    unittest.main()
