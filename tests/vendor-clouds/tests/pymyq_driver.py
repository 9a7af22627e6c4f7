"""Drives pymyq or python-myq, unchanged, against a simulated cloud, and prints what it saw as JSON.

The clients have no setting for the address of the cloud, so the addresses in their modules are replaced: in the
modules that imported them, not only in `pymyq.const`.

Usage: pymyq_driver.py BASE_URL VERSION, with EMAIL and PASSWORD in the environment.
"""

import asyncio
import json
import logging
import os
import sys
import time

import pymyq.account
import pymyq.api
import pymyq.garagedoor
from aiohttp import ClientSession
from pymyq.errors import InvalidCredentialsError


def point_at(base: str, version: str) -> None:
    """Replaces the addresses of the real cloud."""
    pymyq.api.OAUTH_BASE_URI = base
    pymyq.api.OAUTH_AUTHORIZE_URI = f"{base}/connect/authorize"
    pymyq.api.OAUTH_TOKEN_URI = f"{base}/connect/token"
    pymyq.api.ACCOUNTS_ENDPOINT = f"{base}/api/v6.0/accounts"
    account = f"{base}/api/{version}/Accounts/{{account_id}}"
    pymyq.account.DEVICES_ENDPOINT = f"{account}/Devices"
    pymyq.garagedoor.COMMAND_URI = f"{account}/door_openers/{{device_serial}}/{{command}}"


async def wrong_password_refused(session: ClientSession, email: str) -> bool:
    """Whether a login with a wrong password is refused as such."""
    try:
        await pymyq.login(email, "not the password", session)
    except InvalidCredentialsError:
        return True
    return False


async def main(base: str, version: str) -> dict:
    """Logs in, lists, opens and closes."""
    point_at(base, version)
    email, password = os.environ["EMAIL"], os.environ["PASSWORD"]
    async with ClientSession() as session:
        refused = await wrong_password_refused(session, email)
        api = await pymyq.login(email, password, session)
        door = next(door for door in api.covers.values() if door.name == "Main door")
        seen = {
            "wrong_password_refused": refused,
            "accounts": [account.name for account in api.accounts.values()],
            "devices": sorted(device.name for device in api.devices.values()),
            "covers": sorted(cover.name for cover in api.covers.values()),
            "lamps": sorted(lamp.name for lamp in api.lamps.values()),
            "gateways": sorted(gateway.name for gateway in api.gateways.values()),
            "serial": door.device_id,
            "online": door.online,
            "open_allowed": door.open_allowed,
            "close_allowed": door.close_allowed,
            "state_before": door.state,
        }
        began = time.monotonic()
        seen["opened"] = await door.open(wait_for_state=True)
        seen["state_after_open"] = door.state
        seen["closed"] = await door.close(wait_for_state=True)
        seen["state_after_close"] = door.state
        seen["seconds"] = round(time.monotonic() - began, 1)
        return seen


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2]))))
