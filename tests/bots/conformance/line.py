"""A WebSocket as the kit and its telephone use it, and one without a network for the self test."""
import asyncio

import websockets


class Closed(Exception):
    """The other side has closed, with this status; 1006: without a word."""

    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class SocketLine:
    """Over the library python3-websockets, either side of it."""

    def __init__(self, socket):
        self._socket = socket

    async def _closed_is_ours(self, coroutine):
        try:
            return await coroutine
        except websockets.ConnectionClosed:
            raise Closed(self._socket.close_code) from None

    async def send(self, message):
        await self._closed_is_ours(self._socket.send(message))

    async def receive(self):
        return await self._closed_is_ours(self._socket.recv())

    async def ping(self):
        """Returns when the pong has come."""
        await (await self._closed_is_ours(self._socket.ping()))

    async def close(self, code=1000):
        await self._socket.close(code)

    def abort(self):
        self._socket.transport.abort()


class MemoryLine:
    """One end of a pair; what is sent is there at once."""

    def __init__(self):
        self._inbox = asyncio.Queue()
        self._code = None
        self.other = None
        self.answers_pings = True

    @staticmethod
    def pair():
        one, other = MemoryLine(), MemoryLine()
        one.other, other.other = other, one
        return one, other

    async def send(self, message):
        if self._code is not None:
            raise Closed(self._code)
        self.other._inbox.put_nowait(message)

    async def receive(self):
        message = await self._inbox.get()
        if isinstance(message, Closed):
            self._inbox.put_nowait(message)
            raise message
        return message

    async def ping(self):
        if not self.other.answers_pings:
            await asyncio.Future()

    async def close(self, code=1000):
        for end in (self, self.other):
            if end._code is None:
                end._code = code
                end._inbox.put_nowait(Closed(code))

    def abort(self):
        asyncio.ensure_future(self.close(1006))
