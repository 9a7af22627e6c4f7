"""Drives ismartgate, unchanged, against a simulated controller, and prints what it saw as JSON.

Usage: ismartgate_driver.py MODEL HOST:PORT, with USER_NAME and PASSWORD in the environment. MODEL is ismartgate or gogogate2.
"""

import asyncio
import json
import os
import sys
import warnings
from xml.etree.ElementTree import ParseError

from httpx import AsyncClient, TransportError
from ismartgate import GogoGate2Api, ISmartGateApi
from ismartgate.common import ApiError, InvalidDoorException, RequestOption, get_doors

# The client asks elements whether they are true, of which Python warns.
warnings.simplefilter("ignore")


async def died(call) -> list:
    """What a call of the client dies of."""
    try:
        await call
    except ApiError as error:
        return [type(error).__name__, error.code]
    except (InvalidDoorException, ParseError, TransportError) as error:
        return [type(error).__name__]
    return ["nothing"]


def told(door) -> list:
    """What the client made of a door."""
    return [
        door.door_id,
        door.name,
        door.status.value,
        door.mode.value,
        door.permission,
        door.camera,
        door.voltage,
        door.temperature,
    ]


async def main(model: str, host: str) -> dict:
    """Looks, opens, closes, stops, and looks at every trouble."""
    user, password = os.environ["USER_NAME"], os.environ["PASSWORD"]
    make = {"ismartgate": ISmartGateApi, "gogogate2": GogoGate2Api}[model]
    api = make(host, user, password)
    seen = {
        "wrong_password": await died(make(host, user, "wrong").async_info()),
        "wrong_user": await died(make(host, "nobody@example.com", password).async_info()),
        "no_user": await died(make(host, "", password).async_info()),
    }
    async with AsyncClient(base_url=f"http://{host}") as http:

        async def raw(**query) -> str:
            return (await http.get("/api.php", params=query)).text

        async def order(path: str, body: dict, method: str = "POST") -> None:
            (await http.request(method, f"/_control/{path}", json=body)).raise_for_status()

        async def door(patch: dict) -> None:
            doors = (await http.get("/_control/world")).json()["doors"]
            serial = next(one["serial"] for one in doors if one["name"] == "Main door")
            await order(f"doors/{serial}", patch, "PATCH")

        async def fault(on: str, **fault) -> None:
            await order("faults", {"on": on, "fault": fault, "times": 1})

        async def status(transitional: bool = True) -> str:
            return (await api.async_get_door_statuses(transitional))[1].value

        async def until(wanted: str) -> list:
            ways = []
            for _ in range(2000):
                now = await status()
                if not ways or ways[-1] != now:
                    ways.append(now)
                if now == wanted and not await moves():
                    return ways
                await asyncio.sleep(0.01)
            raise TimeoutError(f"never {wanted}: {ways}")

        async def moves() -> bool:
            doors = (await http.get("/_control/world")).json()["doors"]
            main = next(one for one in doors if one["name"] == "Main door")
            return main["activity"] not in ("open", "closed", "stopped")

        info = await api.async_info()
        seen["info"] = [info.user, info.network.ip, info.remoteaccessenabled]
        seen["name"] = info.ismartgatename if model == "ismartgate" else info.gogogatename
        seen["doors"] = [told(one) for one in get_doors(info)]
        codes = [one.apicode for one in get_doors(info)] if model == "ismartgate" else [info.apicode]
        seen["codes"] = len(set(codes))

        token = {"token": api.cipher.token} if model == "ismartgate" else {}
        sent = api.cipher.encrypt(json.dumps([user, password, "info", "", ""]))
        seen["no_token"] = "<errorcode>21<" in await raw(data=sent)
        seen["no_data"] = await raw(**token)
        seen["unreadable"] = await raw(data="0123456789abcdefAAAA", **token)
        odd = api.cipher.encrypt(json.dumps([user, password, "explode", "", ""]))
        seen["odd_option"] = await raw(data=odd, **token)
        nameless = api.cipher.encrypt(json.dumps(["", "", "info", "", ""]))
        seen["nameless"] = await raw(data=nameless, **token)
        seen["hidden"] = "<response>" not in await raw(data=sent, **token)

        seen["opened"] = await api.async_open_door(1)
        # It moves, as far as the client knows by itself, and is sent no second pulse, which would stop it.
        seen["open_again"] = await api.async_open_door(1)
        seen["opening"] = await until("opened")
        seen["open_when_open"] = await api.async_open_door(1)
        seen["closed"] = await api.async_close_door(1)
        seen["close_again"] = await api.async_close_door(1)
        seen["closing"] = await until("closed")

        # It comes some way up in half a second, and is long on its way down.
        slow = {"open_start_ms": 0, "open_travel_ms": 5000, "close_warning_ms": 0, "close_travel_ms": 600000}
        await door({"timings": {**slow, "report_lag_ms": 0}})
        # Without the client's own look, one pulse opens, the next stops, the next closes.
        for _ in range(3):
            await api.async_activate(1)
            await asyncio.sleep(0.5)
        seen["pulses"] = await status(False)

        # The client asks again where the connection was lost: the second pulse stops the door.
        await fault("command", drop_connection=True, after_motion=True)
        seen["sent_twice"] = (await api.async_activate(1)).result
        seen["still_between"] = await status(False)

        seen["not_configured"] = [await api.async_open_door(3), await died(api.async_activate(3))]
        seen["no_such_door"] = await died(api.async_activate(4))
        seen["no_door"] = await died(api._async_request(RequestOption.ACTIVATE, "", codes[0]))
        seen["wrong_code"] = await died(api._async_request(RequestOption.ACTIVATE, "1", "wrong"))

        await door({"position_unknown": True})
        seen["unknown"] = await status(False)
        await door({"position_unknown": False, "paired": False})
        seen["taken_out"] = 1 in await api.async_get_door_statuses()
        await door({"paired": True})
        await fault("read", status=500)
        seen["in_trouble"] = await died(api.async_info())
        await fault("command", status=500)
        seen["lost"] = await died(api.async_activate(1))
        await door({"online": False})
        seen["away"] = [await died(api.async_info()), await died(api.async_activate(1))]
    return seen


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2]))))
