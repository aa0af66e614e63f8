"""Limits counted in Redis, exact for all workers and machines together.

A moving window over the connection of the library ``limits``, but with a script of our own: the
library's goes by the clock of whoever asks, and needs an exchange for each window and one more to
say what remains. One script does it all in one exchange, by Redis's own clock, so neither
concurrent requests nor machines whose clocks differ let more in.
"""

from limits.aio.storage import RedisStorage

from hindcast.serve.limits import MINUTE, SECOND, Limit, Verdict

_MICRO = 1_000_000
_TIMEOUT = 0.25

_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function wait(key, most, length, cost)
    local newest = tonumber(redis.call('LINDEX', key, -1))
    if newest and newest > now then
        if newest - now > length then redis.call('DEL', key) else now = newest end
    end
    local oldest = tonumber(redis.call('LINDEX', key, 0))
    while oldest and oldest <= now - length do
        redis.call('LPOP', key)
        oldest = tonumber(redis.call('LINDEX', key, 0))
    end
    local count = redis.call('LLEN', key)
    local over = count + cost - most
    local found = 0
    if over > 0 then
        local freed = redis.call('LINDEX', key, math.min(over, count) - 1)
        found = freed and (freed - now + length) or length
    end
    return found, count, oldest
end
local function take(key, length, cost)
    local moment = string.format('%.0f', now)
    for i = 1, cost do redis.call('RPUSH', key, moment) end
    redis.call('PEXPIRE', key, length / 1000)
end
local most, cost, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local minute, second = 60000000, 1000000
local waiting, count, oldest = wait(KEYS[1], most, minute, cost)
local refused = 0
if waiting > 0 then
    refused = 1
elseif burst > 0 then
    waiting = wait(KEYS[2], burst, second, 1)
    if waiting > 0 then refused = 2 else take(KEYS[2], second, 1) end
end
if refused == 0 then
    take(KEYS[1], minute, cost)
    count, oldest = count + cost, oldest or now
end
return {refused, most - count, oldest and (oldest + minute - now) or 0, waiting}
"""
_REFUSED_BY = ("", "minute", "second")


class Shared:
    """Windows in Redis; its errors are those of redis-py.

    Parameters
    ----------
    url
        ``redis://HOST:PORT/NUMBER``.
    limits
        What each tier may, all workers together.
    """

    def __init__(self, url: str, limits: dict[str, Limit]) -> None:
        self._limits = limits
        storage = RedisStorage(
            "async+" + url.replace("unix://", "redis+unix://", 1),
            implementation="redispy",
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
        )
        self._connection = storage.bridge.get_connection()
        self._script = self._connection.register_script(_TAKE)
        self.errors = storage.base_exceptions

    async def take(self, who: str, tier: str, cost: int = 1, *, has_burst: bool = True) -> Verdict:
        """Let a request in and count it, or refuse it and count nothing."""
        limit = self._limits[tier]
        keys = [f"hindcast:limit:{{{who}}}:{length}" for length in (MINUTE, SECOND)]
        burst = limit.per_second if has_burst else 0
        refused, remaining, reset, wait = await self._script(keys, [limit.per_minute, cost, burst])
        return Verdict(limit, remaining, reset / _MICRO, _REFUSED_BY[refused], wait / _MICRO)

    async def ping(self) -> None:
        """Ask whether Redis is there."""
        await self._connection.ping()

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.aclose()
