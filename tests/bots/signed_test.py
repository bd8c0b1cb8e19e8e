"""A bot that checks X-Twilio-Signature with Twilio's own library takes who has signed the URL, and nobody else."""
import asyncio
import base64
import hashlib
import hmac
import unittest

import websockets

from bot_case import BotCase, free_port

TOKEN = "secret-of-the-bot"


def signature(token, url):
    return base64.b64encode(hmac.new(token.encode(), url.encode(), hashlib.sha1).digest()).decode()


class SignedTest(BotCase):
    def setUp(self):
        port = free_port()
        self.url = f"ws://127.0.0.1:{port}/bot/a%20b?x=1&y=2"
        self.bot = self.start("node", "signed.js", TOKEN, PORT=str(port))

    def status_of(self, headers):
        """Of the handshake; 101: it was accepted."""
        async def dial():
            try:
                await (await self.connect(self.bot, self.url, extra_headers=headers)).close()
            except websockets.InvalidStatusCode as refused:
                return refused.status_code
            return 101
        return asyncio.run(dial())

    def test_signed(self):
        self.assertEqual(self.status_of({"X-Twilio-Signature": signature(TOKEN, self.url)}), 101)

    def test_signed_with_another_token_or_for_another_url_or_not_at_all(self):
        self.assertEqual(self.status_of({"X-Twilio-Signature": signature("guessed", self.url)}), 401)
        self.assertEqual(self.status_of({"X-Twilio-Signature": signature(TOKEN, self.url + "3")}), 401)
        self.assertEqual(self.status_of({}), 401)


if __name__ == "__main__":
    unittest.main()
