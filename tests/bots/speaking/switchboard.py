"""A bot that listens and speaks, offline: asks for a department and a number, and hands the caller over by closing."""
import argparse
import asyncio
import json

import websockets

from conformance.line import SocketLine

from .call import Call, HungUp
from .ears import Recognizer
from .voice import speak

DIGIT_WORDS = "zero one two three four five six seven eight nine".split()
GRAMMARS = {
    "department": "( sales | service | billing ) [ please ]",
    "number": f"( {' | '.join(DIGIT_WORDS)} )+",
    "news": "connect me [ now ] | stop",
}
WELCOME = "Welcome. Which department would you like: sales, service, or billing?"
NUMBER = "Please say your customer number, digit by digit."
REPEAT = "I heard: {}. Press one if that is right, or two to say it again."
NEWS = ("Thank you. While I look for somebody, here is the news. Our office will be closed on Monday, and on Tuesday, "
        "and on the day after that, since everybody will be at the lake, where the water is said to be fine.")
HAND_OVER = "All right. I am connecting you with {}. Goodbye."
SORRY = "Sorry, I did not understand that."
GIVE_UP = "I could not understand you. Somebody will help you. Goodbye."
TRIES = 3


class GivenUp(Exception):
    """The caller is not understood."""


async def ask(call, question, grammar):
    """Words of the grammar; asks again when there are none."""
    for _ in range(TRIES):
        await call.say(question)
        words = await call.words(grammar)
        if words:
            return words
        await call.say(SORRY)
    raise GivenUp


async def confirmed_number(call):
    """Digits that the caller has said and confirmed by a key."""
    for _ in range(TRIES):
        digits = (await ask(call, NUMBER, "number")).split()
        await call.say(REPEAT.format(", ".join(digits)))
        if await call.key() == "1":
            return "".join(str(DIGIT_WORDS.index(digit)) for digit in digits)
    raise GivenUp


async def switchboard(call):
    await call.begin()
    department = "somebody"
    try:
        department = (await ask(call, WELCOME, "department")).split()[0]
        await confirmed_number(call)
        await call.say(NEWS)
        await call.words("news")
        await call.say(HAND_OVER.format(department))
    except GivenUp:
        await call.say(GIVE_UP)
    call.tell("closed", department)
    await call.close()


async def serve(host, port):
    recognizer = Recognizer(GRAMMARS)
    for sentence in (WELCOME, NUMBER, NEWS, SORRY):
        speak(sentence)  # is remembered
    one_at_a_time = asyncio.Lock()

    async def recognize(grammar, utterance):
        async with one_at_a_time:
            return await asyncio.get_running_loop().run_in_executor(None, recognizer.words, grammar, utterance)

    async def on_connection(socket):
        try:
            await switchboard(Call(SocketLine(socket), recognize, lambda line: print(json.dumps(line), flush=True)))
        except HungUp:
            print(json.dumps({"what": "hung up"}), flush=True)

    async with websockets.serve(on_connection, host, port) as server:
        print(f"listening on ws://{host}:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Future()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="port to listen on; 0: a free one (%(default)s)")
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port))


if __name__ == "__main__":
    main()
