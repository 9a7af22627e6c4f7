"""Drives genie-partner-sdk, unchanged, against a simulated cloud, and prints what it saw as JSON.

The client takes the address of the cloud, so nothing in it is replaced. It has no OAuth of its own: the access token is handed in.

Usage: genie_driver.py HOST CONTROL, with TOKEN and API_KEY in the environment.
"""

import asyncio
import json
import os
import sys

from aiohttp import ClientError, ClientSession
from genie_partner_sdk import AladdinConnectClient, Auth


class Handed(Auth):
    """The client's own authentication, with a token from elsewhere."""

    async def async_get_access_token(self) -> str:
        """Return the token that was handed in."""
        return self.access_token


def client(session: ClientSession, host: str, token: str, key: str) -> AladdinConnectClient:
    """A client of the cloud."""
    return AladdinConnectClient(Handed(session, host, token, key))


def listed(doors: list) -> list:
    """What the client made of the list."""
    return [
        [d.unique_id, d.door_number, d.name, d.status, d.link_status, d.battery_level]
        for d in doors
    ]


async def until(doors: AladdinConnectClient, door, status: str) -> list:
    """Every status that a door takes until it is this one, each once."""
    seen = []
    for _ in range(2000):
        await doors.update_door(door.device_id, door.door_number)
        now = doors.get_door_status(door.device_id, door.door_number)
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
    except (KeyError, ClientError) as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


async def main(host: str, control: str) -> dict:
    """Lists, opens, closes, and looks at every trouble."""
    token, key = os.environ["TOKEN"], os.environ["API_KEY"]
    async with ClientSession() as session:

        async def order(path: str, body: dict, method: str = "POST") -> None:
            async with session.request(method, f"{control}/{path}", json=body) as answer:
                answer.raise_for_status()

        doors = client(session, host, token, key)
        first = await doors.get_doors()
        door = next(d for d in first if d.name == "Main door")
        seen = {"listed": listed(first), "opened": await doors.open_door(door.device_id, door.door_number)}
        seen["opening"] = await until(doors, door, "open")
        seen["open_again"] = await doors.open_door(door.device_id, door.door_number)
        seen["closed"] = await doors.close_door(door.device_id, door.door_number)
        seen["closing"] = await until(doors, door, "closed")
        seen["battery"] = doors.get_battery_status(door.device_id, door.door_number)
        this = f"doors/{door.unique_id}"

        await order(this, {"stop_next_halfway": 1}, "PATCH")
        await doors.open_door(door.device_id, door.door_number)
        seen["stopped_opening"] = (await until(doors, door, "timeout_opening"))[-1]
        await order(this, {"stop_next_halfway": 1}, "PATCH")
        await doors.close_door(door.device_id, door.door_number)
        seen["stopped_closing"] = (await until(doors, door, "timeout_closing"))[-1]
        await order(f"{this}/wall-button", {"target": "open"})
        seen["by_hand"] = await until(doors, door, "open")
        await order(this, {"position_unknown": True}, "PATCH")
        seen["reset"] = (await until(doors, door, "unknown"))[-1]

        await order(this, {"online": False, "position_unknown": False}, "PATCH")
        await until(doors, door, "open")
        current = next(d for d in listed(await doors.get_doors()) if d[0] == door.unique_id)
        seen["away"] = current[3:5]
        await order(this, {"paired": False}, "PATCH")
        current = next(d for d in listed(await doors.get_doors()) if d[0] == door.unique_id)
        seen["never_set_up"] = current[3:5]

        for name, stranger in {
            "no_key": client(session, host, token, ""),
            "no_token": client(session, host, "", key),
        }.items():
            seen[name] = [
                await died(stranger.get_doors()),
                await stranger.open_door(door.device_id, door.door_number),
            ]
        seen["no_such_door"] = await doors.open_door(door.device_id, 4)
        await order("faults", {"on": "read", "fault": {"status": 429}, "times": 2})
        seen["throttled"] = [
            await died(doors.get_doors()),
            await died(doors.update_door(door.device_id, door.door_number)),
        ]
        await order("faults", {"on": "read", "fault": {"html_403": True}, "times": 1})
        seen["firewall"] = (await died(doors.get_doors())).split(":")[0]
        await order("faults", {"on": "read", "fault": {"drop_connection": True}, "times": 2})
        seen["dropped"] = (await died(doors.get_doors())).split(":")[0]
        await order("faults", {"on": "command", "fault": {"status": 500}, "times": 1})
        seen["refused"] = await doors.close_door(door.device_id, door.door_number)
        return seen


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2]))))
