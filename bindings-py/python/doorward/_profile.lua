--[[
What is remembered of one actor, atomically: the arithmetic of doorward-core's
store/profiles.rs.

KEYS[1]   whose profile
ARGV[1-5] to add: requests, flagged, failed, good, bad
ARGV[6-9] hashes of the path, of who else is here, of the User-Agent; the number
          that the path names; empty = none
ARGV[10]  a time to count by, ms; empty = the server's

Where all of ARGV[1-9] are zero or empty it only looks, and remembers nobody new.
Answers {first, last, requests, flagged, failed, good, bad, swing, beats, walked,
paths, others, agents}, all zero for an actor never seen.

What is kept is 80 bytes, ten words of 64 bits, the highest byte first: first and
last seen; three counts with 32 bits behind the point; good and bad (32 bits
each); mean and swing of the pauses, beats (16 bits each) and steps walked; paths
and others of this window and the one before (32 bits each); agents of both (16
bits each) and the last number. It lives six hours after it was last seen, four
weeks once there is a history.

Numbers are doubles, so no word is one: a count is four limbs of 16 bits.
]]
local HALF_LIFE, SHORT, LONG, VISIT = 600000, 600000, 604800000, 300000
local SHORT_LIFE, LONG_LIFE, HISTORY = 21600000, 2419200000, 5
local WORD, MOST = 2^32, 2^32 - 1
local floor = math.floor
-- 2^(-2^n / HALF_LIFE) in 2^-64, each in four limbs, the lowest first
local DECAY = {
  42711, 17175, 60574, 65535, 62729, 34726, 55612, 65535,
  34572, 5420, 45689, 65535, 32373, 16851, 25842, 65535,
  41456, 57744, 51684, 65534, 62581, 15046, 37835, 65533,
  36631, 21533, 10140, 65531, 54814, 8768, 20304, 65526,
  36196, 10961, 40702, 65516, 9021, 57515, 16243, 65497,
  3933, 31682, 33989, 65458, 62576, 21512, 8446, 65381,
  47029, 47192, 40877, 65226, 14701, 7056, 46397, 64918,
  54804, 44134, 15091, 64307, 43731, 24251, 32730, 63101,
  37846, 51499, 28477, 60757, 59911, 30168, 19579, 56327,
  52636, 30758, 35753, 48412, 3263, 5293, 10599, 35763,
}

local add, any = {}, false
for i = 1, 9 do
  add[i] = tonumber(ARGV[i])
  any = any or (i <= 5 and add[i] > 0) or (i > 5 and add[i] ~= nil)
end
local clock = redis.call('TIME')
local now = tonumber(ARGV[10]) or clock[1] * 1000 + floor(clock[2] / 1000)

local text = redis.call('GET', KEYS[1])
local known = text and #text == 80
if not known and not any then
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
end

local bytes = known and {string.byte(text, 1, 80)} or {}

-- a whole number of some bytes, from a place counted in bytes
local function read(at, length)
  local n = 0
  for i = at + 1, at + length do
    n = n * 256 + (bytes[i] or 0)
  end
  return n
end

local function count(at)
  return {read(at + 6, 2), read(at + 4, 2), read(at + 2, 2), read(at, 2)}
end

local first, last = now, now
if known then
  first, last = read(0, 8), read(8, 8)
end
local counts = {count(16), count(24), count(32)}
local good, bad = read(40, 4), read(44, 4)
local mean, swing, beats, walked = read(48, 2), read(50, 2), read(52, 2), read(55, 1)
local paths, paths_before = read(56, 4), read(60, 4)
local others, others_before = read(64, 4), read(68, 4)
local agents, agents_before, number = read(72, 2), read(74, 2), read(76, 4)

local function is_zero(c)
  return c[1] == 0 and c[2] == 0 and c[3] == 0 and c[4] == 0
end

-- a * b / 2^64, rounded down
local function scale(a1, a2, a3, a4, b1, b2, b3, b4)
  local c = floor(a1 * b1 / 65536) + a1 * b2 + a2 * b1
  c = floor(c / 65536) + a1 * b3 + a2 * b2 + a3 * b1
  c = floor(c / 65536) + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1
  c = floor(c / 65536) + a2 * b4 + a3 * b3 + a4 * b2
  local r1 = c % 65536
  c = floor(c / 65536) + a3 * b4 + a4 * b3
  local r2 = c % 65536
  c = floor(c / 65536) + a4 * b4
  return r1, r2, c % 65536, floor(c / 65536)
end

local function shift(c, bits)
  if bits >= 64 then
    return {0, 0, 0, 0}
  end
  local limbs, by = floor(bits / 16), 2^(bits % 16)
  local out = {}
  for i = 1, 4 do
    local low, high = c[i + limbs] or 0, c[i + limbs + 1] or 0
    out[i] = floor(low / by) + (high % by) * (65536 / by)
  end
  return out
end

local function decay(c, elapsed)
  if is_zero(c) then
    return c
  end
  c = shift(c, floor(elapsed / HALF_LIFE))
  local rest, at = elapsed % HALF_LIFE, 1
  local a1, a2, a3, a4 = c[1], c[2], c[3], c[4]
  while rest > 0 do
    if rest % 2 == 1 then
      a1, a2, a3, a4 = scale(a1, a2, a3, a4, DECAY[at], DECAY[at + 1], DECAY[at + 2], DECAY[at + 3])
    end
    rest, at = floor(rest / 2), at + 4
  end
  return {a1, a2, a3, a4}
end

-- this window's set and the one before it, some windows later
local function slide(set, before, windows)
  if windows <= 0 then
    return set, before
  elseif windows == 1 then
    return 0, set
  end
  return 0, 0
end

-- the same actor now
local elapsed = math.max(now - last, 0)
local weeks = math.max(floor(now / LONG) - floor(last / LONG), 0)
local windows = math.max(floor(now / SHORT) - floor(last / SHORT), 0)
local seen = any and now or math.min(last, now)
first = math.min(first, now)
for i = 1, 3 do
  counts[i] = decay(counts[i], elapsed)
end
local faded = 2^math.min(weeks, 64)
good, bad = floor(good / faded), floor(bad / faded)
paths, paths_before = slide(paths, paths_before, windows)
others, others_before = slide(others, others_before, weeks)
agents, agents_before = slide(agents, agents_before, weeks)

local function with(set, hash, bits)
  if not hash then
    return set
  end
  return bit.bor(set, bit.lshift(1, hash % bits)) % WORD
end

local function towards_zero(n)
  return n < 0 and math.ceil(n) or floor(n)
end

local function high(c)
  return c[4] * 65536 + c[3]
end

if any then
  if add[1] > 0 and elapsed <= VISIT
    and not (is_zero(counts[1]) and is_zero(counts[2]) and is_zero(counts[3])) then
    local pause = math.max(elapsed, 1)
    local _, power = math.frexp(pause)
    local pitch = (power - 1) * 256 + floor(pause * 256 / 2^(power - 1)) % 256
    if beats == 0 then
      mean, swing = pitch, 1024
    else
      local off = math.abs(pitch - mean)
      mean = mean + towards_zero((pitch - mean) / 8)
      swing = swing + towards_zero((off - swing) / 8)
    end
    beats = math.min(beats + 1, 65535)
  end
  for i = 1, 3 do
    local sum = high(counts[i]) + math.min(add[i] * 1000, MOST)
    if sum > MOST then
      counts[i] = {65535, 65535, 65535, 65535}
    else
      counts[i][4], counts[i][3] = floor(sum / 65536), sum % 65536
    end
  end
  good, bad = math.min(good + add[4], MOST), math.min(bad + add[5], MOST)
  paths = with(paths, add[6], 32)
  others = with(others, add[7], 32)
  agents = with(agents, add[8], 16)
  if add[9] then
    local step = add[9] - number
    if step >= 1 and step <= 3 then
      walked = math.min(walked + 1, 255)
    elseif step ~= 0 then
      walked = floor(walked / 2)
    end
    number = add[9]
  end

  local size = 0
  local function write(n, length)
    for i = size + length, size + 1, -1 do
      bytes[i] = n % 256
      n = floor(n / 256)
    end
    size = size + length
  end
  write(first, 8)
  write(now, 8)
  for i = 1, 3 do
    for j = 4, 1, -1 do
      write(counts[i][j], 2)
    end
  end
  write(good, 4)
  write(bad, 4)
  write(mean, 2)
  write(swing, 2)
  write(beats, 2)
  write(walked, 2)
  write(paths, 4)
  write(paths_before, 4)
  write(others, 4)
  write(others_before, 4)
  write(agents, 2)
  write(agents_before, 2)
  write(number, 4)
  local life = good + bad >= HISTORY and LONG_LIFE or SHORT_LIFE
  redis.call('SET', KEYS[1], string.char(unpack(bytes, 1, size)), 'PX', string.format('%.0f', life))
end

return {
  first, seen, high(counts[1]), high(counts[2]), high(counts[3]), good, bad,
  swing, beats, walked,
  bit.bor(paths, paths_before) % WORD, bit.bor(others, others_before) % WORD,
  bit.bor(agents, agents_before) % WORD,
}
