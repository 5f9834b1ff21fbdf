"""One request by a library of Python: `libraries.py requests|httpx|aiohttp URL [USER-AGENT]`."""

from __future__ import annotations

import asyncio
import sys
import warnings

library, url, *agents = sys.argv[1:]
headers = {"User-Agent": agents[0]} if agents else {}
# the certificate is the tests' own
warnings.simplefilter("ignore")

if library == "requests":
    import requests

    requests.get(url, headers=headers, verify=False, timeout=30)  # noqa: S501
elif library == "httpx":
    import httpx

    httpx.get(url, headers=headers, verify=False, timeout=30)  # noqa: S501
else:
    import aiohttp

    async def get() -> None:
        async with aiohttp.ClientSession(headers=headers) as session:
            await (await session.get(url, ssl=False)).read()

    asyncio.run(get())
