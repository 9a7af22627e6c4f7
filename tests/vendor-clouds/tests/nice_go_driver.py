"""Drives nice-go, unchanged, against a simulated cloud, and prints what it saw as JSON.

Where its cloud is, is a constant of the client's module; where Cognito is, boto takes from the environment. Both are set before use, and
nothing else in the client is replaced.

Usage: nice_go_driver.py BASE, with EMAIL, PASSWORD and AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER in the environment.
"""

import asyncio
import json
import logging
import os
import sys

import nice_go.nice_go_api
from aiohttp import ClientError, ClientSession
from nice_go import ApiError, AuthFailedError, NiceGOApi

# The client logs every refusal with where it came from, which this test is about.
logging.disable(logging.CRITICAL)


def told(barriers: list) -> list:
    """What the client made of the list."""
    return [
        [
            b.state.reported["displayName"],
            b.type,
            b.controlLevel,
            b.state.reported["barrierStatus"],
            b.state.reported.get("lightStatus"),
            b.state.reported.get("vcnMode"),
            b.state.reported["migrationStatus"],
            b.state.connectionState.connected,
        ]
        for b in barriers
    ]


async def named(api: NiceGOApi, name: str):
    """The barrier of this name."""
    barriers = await api.get_all_barriers()
    return next(b for b in barriers if b.state.reported["displayName"] == name)


async def until(api: NiceGOApi, name: str, status: str) -> list:
    """The numbers of a barrier that are known, until they are these; each once."""
    seen = []
    for _ in range(2000):
        numbers = (await named(api, name)).state.reported["barrierStatus"].split(",")
        now = f"{numbers[0]},{numbers[2]}"
        if not seen or seen[-1] != now:
            seen.append(now)
        if now == status:
            return seen
        await asyncio.sleep(0.01)
    raise TimeoutError(f"never {status}: {seen}")


async def died(call) -> str:
    """What a call of the client dies of."""
    try:
        await call
    except (ApiError, AuthFailedError, ClientError) as error:
        return type(error).__name__
    return "nothing"


async def main(base: str) -> dict:
    """Logs in, lists, opens, closes, and looks at every trouble."""
    nice_go.nice_go_api.ENDPOINTS_URL = f"{base}/endpoints"
    email, password = os.environ["EMAIL"], os.environ["PASSWORD"]
    async with ClientSession() as session:

        async def order(path: str, body: dict, method: str = "POST") -> None:
            async with session.request(method, f"{base}/_control/{path}", json=body) as answer:
                answer.raise_for_status()

        async def fault(on: str, **fault) -> None:
            await order("faults", {"on": on, "fault": fault, "times": 1})

        api = NiceGOApi()
        seen = {
            "wrong_password": await died(api.authenticate(email, "wrong", session)),
            "nobody": await died(api.authenticate("nobody@example.com", password, session)),
        }
        refresh = await api.authenticate(email, password, session)
        first = await api.get_all_barriers()
        seen["listed"] = told(first)
        door = await named(api, "Main door")
        organizations = {await b.get_attr("organization") for b in first}
        seen["organizations"] = len(organizations)

        seen["opened"] = await door.open()
        seen["opening"] = await until(api, "Main door", "1,0")
        seen["open_again"] = await door.open()
        seen["closed"] = await door.close()
        seen["closing"] = await until(api, "Main door", "0,0")

        await door.light_on()
        await door.vacation_mode_on()
        reported = (await named(api, "Main door")).state.reported
        seen["away"] = [reported["lightStatus"], reported["vcnMode"], await door.open()]
        await door.light_off()
        await door.vacation_mode_off()
        reported = (await named(api, "Main door")).state.reported
        seen["back"] = [reported["lightStatus"], reported["vcnMode"], reported["barrierStatus"][0]]

        await order(f"doors/{door.id}", {"online": False}, "PATCH")
        seen["offline"] = (await named(api, "Main door")).state.connectionState.connected
        await order(f"doors/{door.id}", {"online": True, "paired": False}, "PATCH")
        seen["never_connected"] = (await named(api, "Main door")).state.connectionState
        await order(f"doors/{door.id}", {"paired": True}, "PATCH")

        seen["expired"] = []
        for status in (200, 401):
            await order("settings", {"expired_token_status": status}, "PATCH")
            await order("tokens/expire", {})
            seen["expired"].append([await died(api.get_all_barriers()), await died(door.open())])
            await api.authenticate_refresh(refresh, session)
            seen["expired"].append(len(await api.get_all_barriers()))

        seen["no_such_door"] = await died(api.open_barrier("nowhere"))
        await fault("read", status=429)
        seen["throttled"] = await died(api.get_all_barriers())
        await fault("command", status=500)
        seen["refused"] = await died(door.open())
        await fault("command", html_403=True)
        seen["firewall"] = await died(door.open())
        await fault("command", drop_connection=True)
        seen["dropped"] = await died(door.open())
        await fault("command", status=500, after_motion=True)
        seen["lost"] = await died(door.open())
        seen["moved_nevertheless"] = (await until(api, "Main door", "1,0"))[-1]

        await fault("token", status=400)
        seen["pool_in_trouble"] = await died(api.authenticate_refresh(refresh, session))
        await order("tokens/revoke", {})
        seen["revoked"] = await died(api.authenticate_refresh(refresh, session))
        return seen


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1]))))
