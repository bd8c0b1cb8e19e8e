"""The kit has nothing to say about a telephone side that is right, and finds each one that is wrong."""
import asyncio
import os
import subprocess
import sys
import unittest

import websockets

from . import virtual_time
from .kit import Kit, parse
from .line import MemoryLine, SocketLine
from .mutants import MUTANTS
from .rows import ROWS
from .telephone import Telephone

DIGITS = "12*#"
BOTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def obey(telephone, text):
    """The caller does what the kit asks for."""
    if text.startswith("press"):
        telephone.press(DIGITS)
    elif text.startswith("hang up"):
        telephone.hang_up()


async def examine(make, *flags):
    """Report of the kit on a telephone side, without a network and in virtual time."""
    kit = Kit(parse(["--digits", DIGITS, *flags]), lambda text: obey(telephone, text))

    async def dial():
        ours, bots = MemoryLine.pair()
        asyncio.ensure_future(kit.on_connection(bots))
        return ours

    telephone = make(dial)
    call = asyncio.ensure_future(telephone.call())
    await kit.done.wait()
    call.cancel()
    return kit.report


class SelfTest(unittest.TestCase):
    def test_right(self):
        self.assertEqual(virtual_time.run(examine(Telephone)).lines(), [])

    def test_right_without_reconnect(self):
        self.assertEqual(virtual_time.run(examine(Telephone, "--no_reconnect")).lines(), [])

    def test_each_mutant_is_caught_by_its_row(self):
        for row, mutant in MUTANTS:
            with self.subTest(mutant.__name__):
                self.assertIn(row, virtual_time.run(examine(mutant)).rows)

    def test_each_row_has_a_mutant(self):
        self.assertEqual(set(ROWS) - {row for row, _ in MUTANTS}, set())


class ProcessTest(unittest.TestCase):
    """The program itself, over loopback."""

    def start(self, *flags):
        kit = subprocess.Popen([sys.executable, "-m", "conformance.kit", "--port=0", "--max_gap_s=5", "--patience_s=10", *flags],
                               cwd=BOTS, stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (kit.kill(), kit.wait(), kit.stdout.close()))
        return kit, kit.stdout.readline().split()[-1]

    def run_with(self, make):
        kit, url = self.start(f"--digits={DIGITS}")

        async def dial():
            return SocketLine(await websockets.connect(url, max_size=None))

        async def follow(telephone):
            loop = asyncio.get_running_loop()
            lines = []
            while line := await loop.run_in_executor(None, kit.stdout.readline):
                lines.append(line.rstrip())
                obey(telephone, line)
            return lines

        async def both():
            telephone = make(dial)
            call = asyncio.ensure_future(telephone.call())
            lines = await follow(telephone)
            call.cancel()
            return lines

        lines = asyncio.run(both())
        return kit.wait(), lines

    def test_right(self):
        code, lines = self.run_with(Telephone)
        self.assertEqual((code, lines[-1]), (0, f"0 of {len(ROWS)} rows broken"), lines)

    def test_wrong(self):
        code, lines = self.run_with(dict((mutant.__name__, mutant) for _, mutant in MUTANTS)["RateAsText"])
        self.assertEqual(code, 1)
        self.assertRegex("\n".join(lines), "(?m)^broken: start: mediaFormat is .*\"8000\"")

    def test_no_call(self):
        kit, _ = self.start("--call_s=0.1")
        self.assertEqual(kit.wait(), 2)


if __name__ == "__main__":
    unittest.main()
