"""Drives gotailwind, unchanged, against a simulated controller, and prints what it saw as JSON.

The client takes a host without a port, as the real controller has none but 80; its public address is set after it is made. Nothing else
in it is replaced.

Usage: gotailwind_driver.py BASE, with KEY in the environment.
"""

import asyncio
import json
import os
import sys

from aiohttp import ClientSession, web
from gotailwind import Tailwind
from gotailwind.const import TailwindDoorOperationCommand as Way
from gotailwind.exceptions import TailwindError
from gotailwind.models import (
    TailwindDoorOperationRequest,
    TailwindDoorOperationRequestData,
    TailwindDoorOperationRequestDataValue,
)
from yarl import URL


async def died(call) -> list:
    """What a call of the client dies of."""
    try:
        await call
    except TailwindError as error:
        return [type(error).__name__, str(error)]
    return ["nothing"]


def bare(index: int, way: Way) -> TailwindDoorOperationRequest:
    """An order as the client sends it once it has looked at the door."""
    value = TailwindDoorOperationRequestDataValue(index=index, operation=way)
    return TailwindDoorOperationRequest(data=TailwindDoorOperationRequestData(value=value))


async def until(check) -> None:
    """Waits until this is so."""
    for _ in range(2000):
        if await check():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("it never came to be")


async def main(base: str) -> dict:
    """Looks, opens, closes, listens, and looks at every trouble."""
    heard = []

    async def listener(request: web.Request) -> web.Response:
        told = await request.json()
        index, event = told["notify"]["door_idx"], told["notify"]["event"]
        heard.append([index, event, told["data"][f"door{index + 1}"]["status"], told["result"]])
        return web.Response()

    application = web.Application()
    application.router.add_post("/report", listener)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]

    def controller(key: str) -> Tailwind:
        made = Tailwind(host="127.0.0.1", token=key)
        made.url = URL(f"{base}/json")
        return made

    seen = {}
    async with ClientSession() as session, controller(os.environ["KEY"]) as tailwind:

        async def order(path: str, body: dict, method: str = "POST") -> None:
            async with session.request(method, f"{base}/_control/{path}", json=body) as answer:
                answer.raise_for_status()

        async def really() -> dict:
            async with session.get(f"{base}/_control/world") as answer:
                doors = (await answer.json())["doors"]
            return next(one for one in doors if one["name"] == "Main door")

        async def rests() -> bool:
            return (await really())["activity"] == "open"

        async def door(patch: dict) -> None:
            await order(f"doors/{(await really())['serial']}", patch, "PATCH")

        async def state(index: int = 0) -> str:
            return (await tailwind.door_status(door=index)).state.value

        async def raw(data: dict) -> list:
            headers = {"TOKEN": os.environ["KEY"]}
            async with session.post(f"{base}/json", json={"version": "0.1", "data": data}, headers=headers) as answer:
                return [answer.status, await answer.json()]

        async with controller("000000") as stranger:
            seen["bad_token"] = [
                (await died(stranger.status()))[0],
                (await died(stranger.request(bare(0, Way.OPEN))))[0],
            ]
        status = await tailwind.status()
        seen["status"] = [
            status.product,
            status.firmware_version,
            status.protocol_version,
            status.number_of_doors,
            [[d.door_id, d.index, d.state.value, d.locked_out, d.disabled] for d in status.doors.values()],
        ]
        seen["mac_address"] = [len(status.mac_address), status.mac_address.count(":")]

        listen = {"url": f"http://127.0.0.1:{port}/report", "proto": "http", "enable": 1}
        notify = {"type": "set", "name": "notify_url"}
        seen["listening"] = await raw({**notify, "value": listen})
        seen["by_https"] = await raw({**notify, "value": {**listen, "url": "https://127.0.0.1/report"}})
        seen["too_long"] = (await raw({**notify, "value": {**listen, "url": f"http://a/{'b' * 191}"}}))[1]["result"]

        seen["opened"] = (await tailwind.operate(door=0, operation=Way.OPEN)).state.value
        seen["already_open"] = (await died(tailwind.operate(door="door1", operation=Way.OPEN)))[0]
        # Without the client's own look, the order is for a door that is there already, and gets no pulse.
        await tailwind.request(bare(0, Way.OPEN))
        seen["closed"] = (await tailwind.operate(door="door1", operation=Way.CLOSE)).state.value
        seen["already_closed"] = (await died(tailwind.operate(door=0, operation=Way.CLOSE)))[0]
        seen["unconfigured"] = (await died(tailwind.operate(door=2, operation=Way.OPEN)))[0]
        seen["unknown"] = (await died(tailwind.operate(door=7, operation=Way.OPEN)))[0]
        # What the client is not told by the other spelling of `info`, it does not know.
        seen["refused"] = [
            (await died(tailwind.request(bare(7, Way.OPEN))))[1],
            (await died(tailwind.request(bare(2, Way.OPEN))))[1],
            (await died(tailwind.status_led(brightness=200)))[1],
        ]
        await tailwind.status_led(brightness=20)
        await tailwind.identify()
        seen["brightness"] = (await tailwind.status()).led_brightness
        seen["nonsense"] = await raw({"type": "get", "name": "weather"})

        await tailwind.operate(door=0, operation=Way.OPEN)
        await until(rests)
        await door({"obstruct_next_closes": 2})
        for _ in range(2):
            await tailwind.request(bare(0, Way.CLOSE))
            await until(rests)
        seen["locked_out"] = [
            await state(),
            (await died(tailwind.operate(door=0, operation=Way.CLOSE)))[0],
            (await died(tailwind.request(bare(0, Way.CLOSE))))[1],
        ]
        await door({"locked_out": False, "paired": False})

        async def heard_so_many(count: int) -> None:
            async def enough() -> bool:
                return len(heard) >= count

            await until(enough)

        await heard_so_many(5)
        await door({"paired": True})
        await heard_so_many(6)
        seen["stops_hearing"] = await raw({**notify, "value": {**listen, "enable": 0}})
        seen["heard"] = heard

        # The client sends an order again whose answer it lost. The door is on its way down, and the second pulse stops it.
        await door({"timings": {"close_warning_ms": 0, "close_travel_ms": 60000, "report_lag_ms": 0}})
        lost = {"drop_connection": True, "after_motion": True}
        await order("faults", {"on": "command", "fault": lost, "times": 1})
        await tailwind.request(bare(0, Way.CLOSE))
        seen["sent_twice"] = await state()

        await door({"online": False})
        seen["away"] = (await died(tailwind.status()))[0]
    await runner.cleanup()
    return seen


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1]))))
