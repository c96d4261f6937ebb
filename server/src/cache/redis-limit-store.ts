/**
 * The book of a vendor's requests in Redis, one for all processes: each step is one Lua script, and the time is
 * Redis', so that servers whose clocks differ count in the same windows. The shapes are those of
 * `market/limit-store.ts`, which says what they mean; `market/memory-limit-store.ts` does the same in plain sight.
 */
import type { Redis } from 'ioredis'

export interface RedisLimitStoreOptions {
  redis: Redis
  newId: () => string
  /** E.g. `wheel_analyzer:1`. */
  prefix: string
  /** Name of the provider. */
  provider: string
}

interface Request {
  limits: {
    perSecond: number | null
    perMinute: number | null
    perDay: number | null
    concurrent: number | null
  }
  day: string
  reserve: number
  attemptMs: number
}

interface Answer {
  day: string
  consumed: number | null
  saidSpent: number | null
  notice: { left: number; renewedAt: number; ofDay: boolean } | null
}

interface Reply {
  outcome: 'ADMITTED' | 'WAIT' | 'SPENT'
  waitMs: number
  spent: number
  underWay: number
}

/**
 * KEYS: requests (sorted set: `day|reserve|id` by the latest moment at which the vendor can have seen it), the day's
 * account (hash: `counted` and `said`), the pause (a moment). A request under way has a moment in the future; one
 * answered now has the end of this millisecond.
 */
const prelude = `
local requests, day, pause = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local POLL_MS = 100
local MINUTE_MS, TWO_DAYS_MS = 60000, 172800000

local function account(name) return tonumber(redis.call('HGET', day, name) or 0) end

local function spent() return math.max(account('counted'), account('said')) end

local function charge(name, amount)
  redis.call('HINCRBY', day, name, amount)
  redis.call('PEXPIRE', day, TWO_DAYS_MS)
end

local function pausedMs() return math.max(0, tonumber(redis.call('GET', pause) or 0) - now) end

local function underWay() -- the oldest first
  return redis.call('ZRANGEBYSCORE', requests, '(' .. now + 1, '+inf')
end

local function reply(outcome, waitMs) return {outcome, waitMs, spent(), #underWay()} end

local function read(member)
  local day, reserve = string.match(member, '^([^|]*)|(%d+)|')
  return day, tonumber(reserve)
end

local function sumOf(members)
  local sum = 0
  for _, member in ipairs(members) do
    local _, reserve = read(member)
    sum = sum + reserve
  end
  return sum
end
`

const take = `${prelude}
local perSecond, perMinute, perDay, concurrent = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local today, reserve, id, attemptMs = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
redis.call('ZREMRANGEBYSCORE', requests, '-inf', now - MINUTE_MS)

-- Until the entry leaves the window that makes room for one more.
local function waitFor(limit, windowMs)
  if not limit then return 0 end
  local from = '(' .. now - windowMs
  local within = redis.call('ZCOUNT', requests, from, '+inf')
  if within < limit then return 0 end
  local leaving = redis.call('ZRANGEBYSCORE', requests, from, '+inf', 'WITHSCORES', 'LIMIT', within - limit, 1)
  return math.min(tonumber(leaving[2]), now + 1) + windowMs - now
end

local busy = underWay()
local ofToday = 0 -- counted as 1 already
for _, member in ipairs(busy) do
  if read(member) == today then ofToday = ofToday + 1 end
end
local most = math.max(account('counted') - ofToday, account('said')) + sumOf(busy)
local isSpent = perDay and most >= perDay
if isSpent and #busy == 0 then return reply('SPENT', 0) end
local isFull = concurrent and #busy >= concurrent
local wait = math.max(pausedMs(), waitFor(perSecond, 1000), waitFor(perMinute, MINUTE_MS))
if isSpent or isFull then wait = math.max(wait, POLL_MS) end
if wait > 0 then return reply('WAIT', wait) end

redis.call('ZADD', requests, now + attemptMs, today .. '|' .. reserve .. '|' .. id)
redis.call('PEXPIRE', requests, MINUTE_MS + attemptMs)
charge('counted', 1)
return reply('ADMITTED', 0)
`

const settle = `${prelude}
local today, consumed, saidSpent = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local left, renewedAt, ofDay = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'

local answered = underWay()[1]
if answered then
  redis.call('ZADD', requests, now + 1, answered)
  local took = consumed or 1
  -- Sent before the day's end and seen after it: the new day pays, whatever the old one did.
  charge('counted', read(answered) == today and took - 1 or took)
  if not saidSpent then charge('said', took) end
end
if saidSpent and saidSpent > account('said') then charge('said', saidSpent - account('said')) end
if left and left <= (ofDay and 0 or sumOf(underWay())) and renewedAt > now + pausedMs() then
  redis.call('SET', pause, renewedAt, 'PX', renewedAt - now)
end
return reply('WAIT', pausedMs())
`

const look = `${prelude}
return reply('WAIT', pausedMs())
`

type Command = (...args: (string | number)[]) => Promise<[Reply['outcome'], number, number, number]>
const scripts = { limitTake: take, limitSettle: settle, limitLook: look }

export function createRedisLimitStore({ redis, newId, prefix, provider }: RedisLimitStoreOptions) {
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(name, { numberOfKeys: 3, lua })
  const key = (name: string) => `${prefix}:limits:${provider}:${name}`

  async function run(
    script: keyof typeof scripts,
    day: string,
    ...args: (string | number)[]
  ): Promise<Reply> {
    const command = (redis as unknown as Record<typeof script, Command>)[script]
    const keys = [key('requests'), key(`day:${day}`), key('paused_until')]
    const [outcome, waitMs, spent, underWay] = await command.call(redis, ...keys, ...args)
    return { outcome, waitMs, spent, underWay }
  }
  /** Lua reads an empty text as no number. */
  const orNone = (value: number | null) => value ?? ''

  return {
    take: ({ limits, day, reserve, attemptMs }: Request) => {
      const { perSecond, perMinute, perDay, concurrent } = limits
      const bounds = [perSecond, perMinute, perDay, concurrent].map(orNone)
      return run('limitTake', day, ...bounds, day, reserve, newId(), attemptMs)
    },
    settle: ({ day, consumed, saidSpent, notice }: Answer) => {
      const { left = null, renewedAt = null, ofDay = false } = notice ?? {}
      const said = [consumed, saidSpent, left, renewedAt].map(orNone)
      return run('limitSettle', day, day, ...said, ofDay ? 1 : 0)
    },
    look: (day: string) => run('limitLook', day),
  }
}
