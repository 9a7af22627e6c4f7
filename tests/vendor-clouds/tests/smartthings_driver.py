"""Drives pysmartthings, unchanged, against a simulated cloud, and prints what it saw as JSON.

The client's scheme, host and port are fixed. What it is given is a session that finds that name on this computer, and trusts a certificate
made for it here: a small gateway takes the TLS off and hands everything on to the cloud. The two versions differ in a few places, which are
asked for by name.

Usage: smartthings_driver.py PORT_OF_THE_CLOUD TOKEN INSTALLED_APP_ID
"""

import asyncio
import json
import logging
import os
import socket
import ssl
import sys
from contextlib import suppress

import trustme
from aiohttp import ClientSession, TCPConnector, ThreadedResolver
from pysmartthings import (
    Attribute,
    Capability,
    Command,
    SmartThings,
    SmartThingsAuthenticationFailedError,
    SmartThingsCommandError,
    SmartThingsError,
)

# The client logs what it dies of, which this test is about.
logging.disable(logging.CRITICAL)

NAME = "api.smartthings.com"
NEWER = hasattr(SmartThings, "get_device_health")


class Here(ThreadedResolver):
    """Finds the vendor's name at one port of this computer, and others where they are."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    async def resolve(self, host, port=0, family=socket.AF_INET):
        if host != NAME:
            return await super().resolve(host, port, family)
        return [{"hostname": host, "host": "127.0.0.1", "port": self.port, "family": socket.AF_INET, "proto": 0, "flags": 0}]


async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one side to the other, until it ends."""
    with suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(ConnectionError, ssl.SSLError):
        writer.close()


async def gateway(cloud: int, authority: trustme.CA) -> asyncio.Server:
    """Takes the TLS off, in front of the cloud."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)

    async def connected(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", cloud)
        await asyncio.gather(hand_on(reader, inner_writer), hand_on(inner_reader, writer))

    return await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)


async def died(call) -> str:
    """What a call of the client dies of."""
    try:
        await call
    except SmartThingsError as error:
        return type(error).__name__
    return "nothing"


async def main(port: int, token: str, installed_app: str) -> dict:
    """Lists, reads, orders, listens, and looks at every trouble."""
    authority = trustme.CA()
    server = await gateway(port, authority)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    there = server.sockets[0].getsockname()[1]
    connector = TCPConnector(resolver=Here(there), ssl=context)
    async with ClientSession(connector=connector) as session, ClientSession() as plain:

        async def order(path: str, body: dict, method: str = "POST") -> None:
            url = f"http://127.0.0.1:{port}/_control/{path}"
            async with plain.request(method, url, json=body) as answer:
                answer.raise_for_status()

        api = SmartThings(session=session)
        api.authenticate(token)
        seen = {"newer": NEWER}
        devices = await api.get_devices(capabilities=[Capability.DOOR_CONTROL])
        by_name = {device.label: device for device in devices}

        def capabilities(component) -> list:
            return sorted(str(capability) for capability in component.capabilities)

        def components(device) -> list:
            # The older version has a list of them, the newer one names each.
            found = device.components
            return list(found.values()) if isinstance(found, dict) else found

        seen["listed"] = [
            [
                device.label,
                str(device.type),
                [[c.id, str(c.manufacturer_category), capabilities(c)] for c in components(device)],
            ]
            for device in devices
        ]
        door = by_name["Main door"]
        bay = by_name["Second bay"]

        async def state() -> str:
            status = await api.get_device_status(door.device_id)
            return status["main"][Capability.DOOR_CONTROL][Attribute.DOOR].value

        async def until(last: str) -> list:
            states = []
            for _ in range(2000):
                now = await state()
                if not states or states[-1] != now:
                    states.append(now)
                if now == last:
                    return states
                await asyncio.sleep(0.01)
            raise TimeoutError(f"never {last}: {states}")

        async def move(command: Command, device: str = door.device_id) -> None:
            await api.execute_device_command(device, Capability.DOOR_CONTROL, command)

        status = await api.get_device_status(bay.device_id)
        seen["battery"] = [
            component
            for component, told in status.items()
            if Capability.BATTERY in told and told[Capability.BATTERY][Attribute.BATTERY].value == 35
        ]

        heard = []
        listen = getattr(api, "add_device_capability_event_listener", None) or api.add_device_event_listener
        listen(door.device_id, "main", Capability.DOOR_CONTROL, lambda event: heard.append(event.value))
        listening = asyncio.create_task(api.subscribe(door.location_id, installed_app))
        # The stream says nothing of who listens: an event of something else shows that it does.
        battery = []
        listen(bay.device_id, "sensor", Capability.BATTERY, lambda event: battery.append(event.value))
        for percent in range(1000):
            await order(f"doors/{bay.device_id}", {"sensor_battery_percent": percent % 100}, "PATCH")
            if battery:
                break
            await asyncio.sleep(0.05)
        await move(Command.OPEN)
        seen["opening"] = await until("open")
        await move(Command.CLOSE)
        seen["closing"] = await until("closed")
        for _ in range(500):
            if heard[-1:] == ["closed"]:
                break
            await asyncio.sleep(0.01)
        seen["heard"] = heard
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

        if NEWER:
            everything = await api.get_devices()
            seen["all"] = [device.label for device in everything]
            await order("settings", {"page_max": 1}, "PATCH")
            seen["paged"] = len(await api.get_devices())
            await order("settings", {"page_max": None}, "PATCH")
            seen["health"] = str((await api.get_device_health(door.device_id)).state)

        await order(f"doors/{door.device_id}", {"online": False}, "PATCH")
        seen["offline"] = await died(move(Command.OPEN))
        await order(f"doors/{door.device_id}", {"online": True, "paired": False}, "PATCH")
        seen["never_set_up"] = await state()
        await order(f"doors/{door.device_id}", {"paired": True}, "PATCH")
        wrong = api.execute_device_command(door.device_id, Capability.SWITCH, Command.ON)
        seen["no_such_capability"] = await died(wrong)
        await order("settings", {"device_calls_per_minute": 1}, "PATCH")
        await died(move(Command.OPEN, bay.device_id))
        seen["limited"] = await died(move(Command.OPEN, bay.device_id))
        await order("settings", {"device_calls_per_minute": None}, "PATCH")
        await order("app/uninstall", {"email": os.environ["EMAIL"]})
        seen["uninstalled"] = await died(api.get_devices())
        assert issubclass(SmartThingsAuthenticationFailedError, SmartThingsError)
        assert issubclass(SmartThingsCommandError, SmartThingsError)
    server.close()
    return seen


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))))
