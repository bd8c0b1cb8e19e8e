"""A bot that checks the telephone side that calls it. See the README beside it."""
import argparse
import asyncio
import sys

import websockets

from .call import BotCall
from .line import SocketLine
from .plan import first_stream, guarded, listen, until_hung_up
from .rows import ROWS, Report


class Kit:
    """One call, of two WebSockets unless the options say that a lost bot is not dialled again."""

    def __init__(self, options, tell=lambda text: None):
        self._options = options
        self._tell = tell
        self.report = Report()
        self.started = asyncio.Event()
        self.done = asyncio.Event()
        self._first_start = None
        self._second = None

    async def on_connection(self, line):
        """Returns when this WebSocket is over, for the kit at least."""
        call = BotCall(line, self.report, self._options)
        if self._first_start is None and not self.started.is_set():
            self.started.set()
            await self._examine(call)
            self.done.set()
        elif self._second is not None and not self._second.done():
            self._second.set_result(call)
            await self.done.wait()
        else:
            self.report.broken("reconnect", "a WebSocket came that was not expected")
        await call.close()

    async def _examine(self, call):
        report, options = self.report, self._options
        if not await guarded(first_stream(call, report, options, self._tell), call, report):
            return
        if call.start is None:
            return
        if options.reconnect:
            call = await self._reconnected(call)
        if call is not None:
            await until_hung_up(call, report, options, self._tell)

    async def _reconnected(self, call):
        """Goes away without a word; the next WebSocket's call, or None when none comes."""
        report = self.report
        self._first_start = call.start
        self._second = asyncio.get_running_loop().create_future()
        call.abort()
        try:
            again = await asyncio.wait_for(self._second, self._options.reconnect_s)
        except asyncio.TimeoutError:
            report.broken("reconnect", f"nobody came within {self._options.reconnect_s:g} s")
            return None
        if not await guarded(listen(again, 0.5), again, report) or again.start is None:
            return None
        if again.start.get("callSid") != self._first_start.get("callSid"):
            report.broken("reconnect", f"callSid became {again.start.get('callSid')!r}")
        if again.start.get("streamSid") == self._first_start.get("streamSid"):
            report.broken("reconnect", "streamSid stayed the same")
        return again


def parse(arguments=None):
    rows = "\n".join(f"  {row:16} {text}" for row, text in ROWS.items())
    parser = argparse.ArgumentParser(
        prog="conformance", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Waits for one call of a telephone side that speaks Twilio Media Streams and checks it.",
        epilog=f"Prints a line for each row that is broken; exit code 0: none is, 1: some are, 2: no call came.\n\nrows:\n{rows}")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="port to listen on; 0: a free one (%(default)s)")
    parser.add_argument("--digits", default="", help="keys that the caller will press when asked to; none: not checked")
    parser.add_argument("--no_reconnect", dest="reconnect", action="store_false",
                        help="the telephone side does not dial a lost bot again, as Twilio does not")
    parser.add_argument("--reconnect_s", type=float, default=15, help="how long a lost bot waits (%(default)s)")
    parser.add_argument("--call_s", type=float, default=60, help="how long to wait for the call (%(default)s)")
    parser.add_argument("--human_s", type=float, default=30, help="how long to wait for keys and the hang-up (%(default)s)")
    parser.add_argument("--max_gap_s", type=float, default=0.2, help="how far the uplink may be off (%(default)s)")
    parser.add_argument("--patience_s", type=float, default=2, help="how late marks and pongs may be (%(default)s)")
    return parser.parse_args(arguments)


async def serve(options):
    """The exit code."""
    def tell(text):
        print(text, flush=True)

    kit = Kit(options, tell)
    async with websockets.serve(lambda socket: kit.on_connection(SocketLine(socket)), options.host, options.port,
                                max_queue=None) as server:
        tell(f"listening on ws://{options.host}:{server.sockets[0].getsockname()[1]}")
        try:
            await asyncio.wait_for(kit.started.wait(), options.call_s)
        except asyncio.TimeoutError:
            tell(f"no call came within {options.call_s:g} s")
            return 2
        await kit.done.wait()
    for line in kit.report.lines():
        tell(line)
    unchecked = [row for row, checked in (("dtmf", options.digits), ("reconnect", options.reconnect)) if not checked]
    tell(f"{len(kit.report.rows)} of {len(ROWS) - len(unchecked)} rows broken"
         + "".join(f"; {row} not checked" for row in unchecked))
    return 1 if kit.report.rows else 0


def main():
    try:
        sys.exit(asyncio.run(serve(parse())))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
