import asyncio, json, os, websockets

async def echo(call):
    async for text in call:
        message = json.loads(text)
        if message["event"] == "start":
            print("call", message["start"]["callSid"], message["start"]["customParameters"], flush=True)
        if message["event"] == "media":
            await call.send(json.dumps({"event": "media", "streamSid": message["streamSid"],
                                        "media": {"payload": message["media"]["payload"]}}))

async def main():
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", 8765))
    async with websockets.serve(echo, host, port):
        await asyncio.Future()

asyncio.run(main())
