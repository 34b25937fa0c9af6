"""The Python package websockets."""
import asyncio
import sys

import websockets


async def main(port):
    url = f"ws://localhost:{port}/"
    async with websockets.connect(url, subprotocols=["other", "echo"], max_size=None) as socket:
        assert socket.subprotocol == "echo"
        for message in ["h\u00e9llo", "", b"\x00\xff", "x" * 70_000, b"y" * (16 * 1024 * 1024)]:
            await socket.send(message)
            assert await socket.recv() == message
        await socket.send(["frag", "men", "ts"])
        assert await socket.recv() == "fragments"
        await (await socket.ping())
        await socket.close(4000, "done")
        assert socket.close_code == 4000, socket.close_code
    async with websockets.connect(url + "deflate", subprotocols=["echo"], max_size=None) as socket:
        assert [type(each).__name__ for each in getattr(socket, "extensions", socket.protocol.extensions if hasattr(socket, "protocol") else [])] == [
            "PerMessageDeflate"]
        for message in ["h\u00e9llo", "", "x" * 70_000, b"y" * (16 * 1024 * 1024)]:
            await socket.send(message)
            assert await socket.recv() == message
        await socket.send(["frag", "men", "ts"])
        assert await socket.recv() == "fragments"
    print("websockets: texts, bytes, fragments, 16 MiB, ping, close; compressed, too")


asyncio.run(main(sys.argv[1]))
