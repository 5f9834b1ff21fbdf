--[[
One take of quota, atomically: the arithmetic of doorward-core's store/limits.rs.

KEYS[1]  whose quota: one key, so that a cluster finds its slot
ARGV[1]  fixedWindow, slidingWindow or tokenBucket
ARGV[2]  the whole quota: max, or the bucket's capacity
ARGV[3]  units a bucket is refilled by in each interval; 0 for windows
ARGV[4]  window or interval, ms
ARGV[5]  units to take; 0 only looks; when settling, the change to what is taken
ARGV[6]  the server's time, ms, after which nobody waits for the answer; 0 = none
ARGV[7]  a recording's time, ms; empty = the server's
ARGV[8]  1 = settle: change what is taken by ARGV[5], which may be negative, whatever
         is left, to at most the whole quota and at least nothing

Answers {server's time, 1 given | 0 refused | -1 too late, units left, ms until
the quota is whole, ms until this take would be given or -1 for never}. A
refused take, and one that comes too late, consumes nothing.

What is kept, as text: windows "end used" and "start previous current"; a bucket
"time early": it is full at time, less early of the drops that fall in a
millisecond. The key lives a second longer than what it says (in a replay an
hour at least, as its clock is another), so the state decides and not the
moment at which the server drops the key.

Numbers are doubles, so every one stays a whole number below 2^53: quotas, costs
and refills are below 2^32, times count up to 2^47 and windows up to 2^46 ms, as
in the core; share multiplies by six bits at a time. A bucket that takes more
than 2^52 ms (142,000 years) to fill is an error; the core counts to 2^62.
]]
local kind, quota, refill = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local length = math.max(1, math.min(tonumber(ARGV[4]), 2^46))
local cost, latest = tonumber(ARGV[5]), tonumber(ARGV[6])
local settle = ARGV[8] == '1'

local clock = redis.call('TIME')
local server = clock[1] * 1000 + math.floor(clock[2] / 1000)
if latest > 0 and server > latest then
  return {server, -1, 0, 0, -1}
end
local replayed = ARGV[7] ~= ''
local now = math.min(replayed and tonumber(ARGV[7]) or server, 2^47 - 1)

local function divide(a, b)
  local rest = math.fmod(a, b)
  return (a - rest) / b, rest
end

-- a * b / c rounded down, and the rest; a below 2^53, b below 2^32, c up to 2^46
local function share(a, b, c)
  local whole, part, rest, quotient = 0, 0, 0, 0
  whole, a = divide(a, c)
  for place = 5, 0, -1 do
    local digit = math.floor(b / 64^place) % 64
    part, rest = divide(rest * 64 + digit * a, c)
    quotient = quotient * 64 + part
  end
  return whole * b + quotient, rest
end

local function share_up(a, b, c)
  local quotient, rest = share(a, b, c)
  return rest > 0 and quotient + 1 or quotient
end

-- units changed by cost, within 0 and the quota, and what of cost did not fit
local function moved(units)
  local fits = math.max(0, math.min(units + cost, math.max(quota, units)))
  return fits, units + cost - fits
end

local text = redis.call('GET', KEYS[1])
local first, second, third = string.match(text or '', '^(%d+) (%d+) ?(%d*)$')
first, second, third = tonumber(first), tonumber(second), tonumber(third)

local given, left, reset, wait, expires, state

if kind == 'fixedWindow' then
  local stop, used = first, second
  if stop and stop > now then
    stop = math.min(stop, now + length)
  else
    stop, used = now - math.fmod(now, length) + length, 0
  end
  if settle then
    used = moved(used)
  end
  left = math.max(quota - used, 0)
  given = settle or cost <= left
  if given and not settle then
    used, left = used + cost, left - cost
  end
  reset = stop - now
  wait = reset
  expires, state = stop, string.format('%.0f %.0f', stop, used)

elseif kind == 'slidingWindow' then
  local start, previous, current = first, second, third
  if start and start + 2 * length > now then
    start = math.min(start, now)
    if now - start >= length then
      start, previous, current = start + length, current, 0
    end
  else
    start, previous, current = now - math.fmod(now, length), 0, 0
  end
  local age = now - start
  local covered = length - age
  if settle then
    local rest
    current, rest = moved(current)
    -- given back in the window after the one it was taken in
    previous = math.max(previous + math.min(rest, 0), 0)
  end
  left = math.max(quota - share_up(covered, previous, length) - current, 0)
  given = settle or cost <= left
  if not given and cost <= quota then
    -- how long after the start of its window its units have faded to room
    local function faded(units, room)
      return length - share(length, math.min(room, units), units)
    end
    local free = quota - cost
    wait = free >= current and faded(previous, free - current) or length + faded(current, free)
    wait = math.max(wait - age, 0)
  end
  if given and not settle then
    current, left = current + cost, left - cost
  end
  expires = start + 2 * length
  reset = expires - now
  if current == 0 then
    reset = previous == 0 and 0 or covered
  end
  state = string.format('%.0f %.0f %.0f', start, previous, current)

else
  -- A token is "length" drops, and "refill" of them fall each millisecond. An
  -- amount is whole milliseconds of them, rounded up, and how many too many.
  if length * quota / refill > 2^52 then
    return redis.error_reply('ERR doorward: a bucket that takes more than 2^52 ms to fill')
  end
  local function drops(units)
    local quotient, rest = share(length, units, refill)
    if rest == 0 then return quotient, 0 end
    return quotient + 1, refill - rest
  end
  local function above(ms, early, other_ms, other_early)
    return ms > other_ms or (ms == other_ms and early < other_early)
  end
  local full, spare = drops(quota)
  local missing, early = 0, 0
  if first and first > now then
    missing, early = first - now, second
    if above(missing, early, full, spare) then
      missing, early = full, spare
    end
  end
  given = settle
  if settle then
    local after, over = drops(math.abs(cost))
    if cost < 0 then
      missing, early = missing - after, early - over
      if early < 0 then
        missing, early = missing + 1, early + refill
      end
      -- less than nothing is a full bucket
      if missing < 0 or (missing == 0 and early > 0) then
        missing, early = 0, 0
      end
    else
      missing, early = missing + after, early + over
      if early >= refill then
        missing, early = missing - 1, early - refill
      end
      if above(missing, early, full, spare) then
        missing, early = full, spare
      end
    end
  elseif cost <= quota then
    local after, over = drops(cost)
    after, over = missing + after, early + over
    if over >= refill then
      after, over = after - 1, over - refill
    end
    given = not above(after, over, full, spare)
    if given then
      missing, early = after, over
    else
      wait = after - full + (over < spare and 1 or 0)
    end
  end
  local units, rest = share(missing, refill, length)
  left = quota - units - math.ceil((rest - early) / length)
  reset = missing
  expires, state = now + missing, string.format('%.0f %.0f', now + missing, early)
end

if text ~= state and (text or (given and cost > 0)) then
  local keep = math.max(expires - now + 1000, replayed and 3600000 or 0)
  redis.call('SET', KEYS[1], state, 'PX', string.format('%.0f', keep))
end

if given then
  wait = 0
elseif cost > quota then
  wait = -1
end
return {server, given and 1 or 0, left, reset, wait}
