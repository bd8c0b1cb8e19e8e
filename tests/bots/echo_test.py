"""The echo bots send back what they hear, sample by sample."""
import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
import unittest

import websockets

from conformance.line import SocketLine
from conformance.telephone import SILENCE, Telephone

BOTS = os.path.dirname(os.path.abspath(__file__))
FRAMES = 50
PATIENCE_S = 30


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


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


class EchoTest(unittest.TestCase):
    async def dial(self, process, port):
        """The bot says nothing when it listens."""
        while True:
            try:
                return SocketLine(await websockets.connect(f"ws://127.0.0.1:{port}/any/path"))
            except OSError:
                self.assertIsNone(process.poll(), "the bot has ended")
                await asyncio.sleep(0.01)

    def run_bot(self, *command):
        port = free_port()
        bot = subprocess.Popen(command, cwd=BOTS, env={**os.environ, "PORT": str(port)}, stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (bot.kill(), bot.wait(), bot.stdout.close()))
        telephone = Speaks(lambda: self.dial(bot, port))
        asyncio.run(asyncio.wait_for(telephone.call(), PATIENCE_S))
        self.assertEqual(bytes(telephone.heard[:FRAMES * len(SILENCE)]), b"".join(telephone.said))
        line = bot.stdout.readline()
        self.assertIn(telephone.call_sid, line)
        self.assertIn("from_number", line)

    def test_python(self):
        self.run_bot(sys.executable, "echo.py")

    def test_node(self):
        self.assertTrue(shutil.which("node"), "Node.js is not installed")
        self.run_bot("node", "echo.js")


if __name__ == "__main__":
    unittest.main()
