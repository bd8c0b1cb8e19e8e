"""For tests of bots that are programs of their own."""
import asyncio
import os
import socket
import subprocess
import unittest

import websockets

BOTS = os.path.dirname(os.path.abspath(__file__))
PATIENCE_S = 60


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class BotCase(unittest.TestCase):
    def start(self, *command, **environment):
        """The process; its output is read line by line, and it is ended with the test."""
        bot = subprocess.Popen(command, cwd=BOTS, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (bot.kill(), bot.wait(), bot.stdout.close()))
        return bot

    async def connect(self, bot, url, **options):
        """A WebSocket to a bot that may not listen yet."""
        while True:
            try:
                return await websockets.connect(url, max_size=None, **options)
            except ConnectionRefusedError:
                self.assertIsNone(bot.poll(), "the bot has ended")
                await asyncio.sleep(0.01)
