"""What the kit does in a call, step by step."""
import json

from .call import Ended

BYTES_PER_S = 8000
EARLY_S = 0.05  # a mark may come back so much before the end of what it follows: the last frame is on its way
MINUTE = 60 * BYTES_PER_S

RUBBISH = (
    '{"event":"mark"}',
    '{"event":"mark","mark":null}',
    '{"event":"mark","mark":{}}',
    '{"event":"media"}',
    '{"event":"media","media":{"payload":"%"}}',
    '{"event":"media","media":{"payload":7}}',
    '{"event":"hello","media":{}}',
    '{"event":7}',
    "{}",
    "[1]",
    "null",
    '{"event":"media"',
    "",
    b"\x00\x01\xff",
)


async def listen(call, seconds):
    """Lets frames come for a while."""
    await call.until(lambda: False, seconds)


async def check_mark_at_once(call, report, name, row="mark_at_once"):
    """Whatever is played for a minute would keep it longer than the kit is patient."""
    await call.send_mark(name)
    if await call.mark_time(name) is None:
        report.broken(row, f"mark `{name}` did not come back")
        return False
    return True


async def check_played(call, report, name, sizes):
    """Audio in messages of these sizes, and a mark behind it."""
    began = call.now()
    for size in sizes:
        await call.send_audio(size)
    await call.send_mark(name)
    lasts_s = sum(sizes) / BYTES_PER_S
    back = await call.mark_time(name, lasts_s + call.patience_s)
    if back is None:
        report.broken("mark_playout", f"mark `{name}` behind {lasts_s:.2f} s of audio did not come back")
    elif back - began < lasts_s - EARLY_S:
        report.broken("mark_playout", f"mark `{name}` came back {began + lasts_s - back:.2f} s early")


async def check_clear(call, report):
    await call.send_audio(MINUTE)
    for name in ("cleared 1", "cleared 2", "cleared 3"):
        await call.send_mark(name)
    await listen(call, 0.2)
    await call.send("clear")
    if await call.mark_time("cleared 3") is None:
        report.broken("clear", "the marks did not come back")
        return
    await check_mark_at_once(call, report, "after clear", row="clear")


async def check_rubbish(call, report):
    sid = call.start.get("streamSid")
    try:
        for rubbish in RUBBISH:
            if isinstance(rubbish, str) and rubbish.startswith('{"event"') and rubbish.endswith("}"):
                rubbish = json.dumps({**json.loads(rubbish), "streamSid": sid})
            await call.send_raw(rubbish)
        await check_mark_at_once(call, report, "after rubbish", row="rubbish")
    except Ended:
        report.broken("rubbish", f"the WebSocket was closed with {call.close_code}")
        raise


async def check_wrong_stream(call, report):
    """Its mark would come back as one that nobody asked for, its audio would keep the next mark."""
    for event, fields in (("media", {"media": {"payload": "wMHC" * (MINUTE // 3)}}), ("mark", {"mark": {"name": "no"}})):
        await call.send_raw(json.dumps({"event": event, "streamSid": "MZ00000000000000000000000000000000", **fields}))
    await check_mark_at_once(call, report, "after another stream", row="wrong_stream")


async def check_digits(call, report, digits, tell, patience_s):
    tell(f"press {digits} now")
    await call.until(lambda: len(call.digits) >= len(digits), patience_s)
    if call.digits != list(digits):
        report.broken("dtmf", f"{call.digits!r} came instead of {list(digits)!r}")


async def first_stream(call, report, options, tell):
    """All checks that take one WebSocket."""
    if not await call.until(lambda: call.start is not None):
        report.broken("first_two", "`start` did not come")
        return
    await listen(call, 0.5)
    await check_mark_at_once(call, report, "nothing queued")
    await check_played(call, report, "one message", [6400])
    await check_played(call, report, "a byte each", [1] * 800)
    await check_played(call, report, "odd sizes", [1, 159, 161, 7, 320, 319, 33, 1000])
    await check_clear(call, report)
    await check_rubbish(call, report)
    await check_wrong_stream(call, report)
    if not await call.answers_ping():
        report.broken("ping", "no pong came")
    if options.digits:
        await check_digits(call, report, options.digits, tell, options.human_s)
    await listen(call, 0.3)


async def until_hung_up(call, report, options, tell):
    tell("hang up now")
    if not await call.until_closed(options.human_s):
        report.broken("close" if call.stopped else "stop", f"nothing more came within {options.human_s:g} s")


async def guarded(step, call, report):
    """A step that ends with the call."""
    try:
        await step
    except Ended:
        report.broken("complete", f"the WebSocket was closed with {call.close_code} after {call.messages} messages")
        return False
    return True
