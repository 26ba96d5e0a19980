"""Questions that tell whether a process is ready; each answers None for yes, else what it saw."""

import asyncio

import httpx
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError


async def tcp(port: int) -> str | None:
    """Somebody accepts connections on `port`."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        return str(error)
    writer.close()
    return None


async def http(url: str) -> str | None:
    """`url` answers with 200. Proxies are for the outside world, so the environment's are not used."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        return repr(error)
    return None if answer.status_code == httpx.codes.OK else f"{answer.status_code} {answer.text[:300]}"


async def mongo(port: int) -> str | None:
    """The database answers a ping."""
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
        "127.0.0.1", port, serverSelectionTimeoutMS=1000, directConnection=True
    )
    try:
        await client.admin.command("ping")
    except PyMongoError as error:
        return repr(error)
    finally:
        await client.close()
    return None
