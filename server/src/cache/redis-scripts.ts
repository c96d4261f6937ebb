/**
 * One Lua script per write: check the lease, write, count up, publish, all or nothing.
 *
 * KEYS: options, times, last run, status, outcomes, lease, position, plan, ages.
 * ARGV 1–6, the same for all: channel, TTL in seconds, now, the scan time from which rows are too old, the instant at
 * which what is written now runs out, an id that nothing has had before. Instants compare as text.
 * `position` holds `epoch`, `seq` and `edition` (of the stock list), and beside them `until` (when the result keys run out). `ages` is a sorted set of
 * `<scan time> <symbol>`: what has expired is found without looking at the rows that have not.
 */
const prelude = `
local options, times, lastRun, status, outcomes, lease, position, plan, ages = unpack(KEYS)
local channel, ttl, now, cutoff, untilAt, newId = unpack(ARGV)
local args = {unpack(ARGV, 7)}

-- A key of the wrong type is nobody's data: it goes, so that the write can succeed.
for key, kind in pairs({[options]='hash', [times]='hash', [lastRun]='string', [status]='hash', [outcomes]='hash',
                        [lease]='string', [position]='hash', [plan]='string', [ages]='zset'}) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= kind then redis.call('DEL', key) end
end

if redis.call('EXISTS', ages) == 0 then -- lost, or an earlier version did not write it
  local scanned = redis.call('HGETALL', times)
  for i = 1, #scanned, 2 do redis.call('ZADD', ages, 0, scanned[i + 1] .. ' ' .. scanned[i]) end
end

-- Rows that vanished without a word (evicted, deleted) are news, too: readers are to look again.
local lost = redis.call('HLEN', options) ~= tonumber(redis.call('HGET', position, 'rows') or 0)

local function owns(runId) return redis.call('GET', lease) == runId end

local function text(value) return value and cjson.encode(value) or 'null' end

local function list(values) -- cjson writes an empty table as an object
  return #values == 0 and '[]' or cjson.encode(values)
end

local function retain()
  for _, key in ipairs({options, times, lastRun, status, outcomes, plan, ages}) do redis.call('EXPIRE', key, ttl) end
  redis.call('HSET', position, 'until', untilAt)
end

local function forgetAge(symbol)
  local at = redis.call('HGET', times, symbol)
  if at then redis.call('ZREM', ages, at .. ' ' .. symbol) end
end

local function keepRow(symbol, row, at)
  forgetAge(symbol)
  redis.call('HSET', options, symbol, row)
  redis.call('HSET', times, symbol, at)
  redis.call('ZADD', ages, 0, at .. ' ' .. symbol)
end

local function dropRow(symbol)
  forgetAge(symbol)
  redis.call('HDEL', times, symbol)
  return redis.call('HDEL', options, symbol) == 1
end

local function dropExpired(removed)
  for _, entry in ipairs(redis.call('ZRANGEBYLEX', ages, '-', '[' .. cutoff .. ' \\255')) do
    local at, symbol = string.match(entry, '^(%S+) (.*)$')
    redis.call('ZREM', ages, entry)
    if redis.call('HGET', times, symbol) == at and dropRow(symbol) then table.insert(removed, symbol) end
  end
end

local function clearCurrent()
  for _, field in ipairs(redis.call('HKEYS', status)) do
    if string.sub(field, 1, 8) == 'current:' then redis.call('HDEL', status, field) end
  end
end

local function endRun(runId, state, message, finishedAt)
  redis.call('DEL', lease, plan)
  redis.call('HSET', status, 'state', state, 'runId', runId, 'finishedAt', finishedAt)
  clearCurrent()
  redis.call('SET', lastRun, message)
end

local function newEdition() redis.call('HSET', position, 'edition', newId) end

local function publish(changed, removed, outcome, reset)
  if redis.call('HEXISTS', position, 'epoch') == 0 then redis.call('HSET', position, 'epoch', newId, 'seq', 0) end
  local seq = redis.call('HINCRBY', position, 'seq', 1)
  redis.call('HSET', position, 'rows', redis.call('HLEN', options))
  local fields, current, flat = {}, {}, redis.call('HGETALL', status)
  for i = 1, #flat, 2 do
    if string.sub(flat[i], 1, 8) == 'current:' then
      table.insert(current, string.sub(flat[i], 9))
    else
      fields[flat[i]] = flat[i + 1]
    end
  end
  table.sort(current)
  local running = fields.state == 'RUNNING' and redis.call('EXISTS', lease) == 1
  redis.call('PUBLISH', channel, table.concat({
    '{"epoch":', text(redis.call('HGET', position, 'epoch')), ',"seq":', seq, ',"at":', text(now),
    ',"edition":', text(redis.call('HGET', position, 'edition')),
    ',"state":', text(fields.state or 'IDLE'), ',"scanInProgress":', tostring(running),
    ',"runId":', text(fields.runId), ',"lastRun":', text(redis.call('GET', lastRun) or 'Never'),
    ',"startedAt":', text(fields.startedAt), ',"finishedAt":', text(fields.finishedAt),
    ',"progress":{"done":', fields.done or 0, ',"total":', fields.total or 0, ',"current":', list(current), '}',
    ',"changed":', list(changed), ',"removed":', list(removed), ',"outcome":', outcome or 'null',
    ',"reset":', tostring(reset or lost), '}'}))
end
`

const claim = `
local runId, startedAt, total, leaseMs, message, corrupt, planned = unpack(args)
if not redis.call('SET', lease, runId, 'NX', 'PX', leaseMs) then return 0 end
redis.call('DEL', status, outcomes)
redis.call('HSET', status, 'state', 'RUNNING', 'runId', runId, 'startedAt', startedAt, 'total', total, 'done', 0)
redis.call('SET', plan, planned)
redis.call('SET', lastRun, message)
local removed = {}
for _, symbol in ipairs(cjson.decode(corrupt)) do
  if dropRow(symbol) then table.insert(removed, symbol) end
end
dropExpired(removed)
retain()
publish({}, removed)
return 1
`

const renew = `
local runId, leaseMs = unpack(args)
if not owns(runId) then return 0 end
-- A run whose plan or status was lost (evicted, deleted) cannot be brought to its end.
if redis.call('EXISTS', plan) == 0 or redis.call('HGET', status, 'runId') ~= runId then return 0 end
return redis.call('PEXPIRE', lease, leaseMs)
`

const begin = `
local runId, symbol = unpack(args)
if not owns(runId) then return 0 end
redis.call('HSET', status, 'current:' .. symbol, 1)
retain()
publish({}, {})
return 1
`

/** `result` is empty when nothing was kept; `failed` is 1 when the old row is to stay. */
const commit = `
local runId, symbol, outcome, result, scannedAt, failed = unpack(args)
if not owns(runId) then return 0 end
if redis.call('HSETNX', outcomes, symbol, outcome) == 0 then return 1 end
redis.call('HDEL', status, 'current:' .. symbol)
redis.call('HINCRBY', status, 'done', 1)
local changed, removed = {}, {}
if result ~= '' then
  keepRow(symbol, result, scannedAt)
  changed = {symbol}
elseif failed ~= '1' and dropRow(symbol) then
  removed = {symbol}
end
dropExpired(removed)
retain()
publish(changed, removed, outcome)
return 1
`

const halt = `
local runId, reason = unpack(args)
if not owns(runId) then return 0 end
redis.call('HSET', status, 'halted', reason)
return 1
`

/** Without a lease, only INTERRUPTED can be said, and only of the latest run or where nothing is known of any. */
const finish = `
local runId, state, message, finishedAt, keep = unpack(args)
local holder = redis.call('GET', lease)
if holder ~= runId then
  if holder or state ~= 'INTERRUPTED' then return 0 end
  local latest = redis.call('HGET', status, 'runId')
  if latest and (latest ~= runId or redis.call('HGET', status, 'state') ~= 'RUNNING') then return 0 end
end
endRun(runId, state, message, finishedAt)
newEdition()
local removed = {}
if keep ~= '' then
  local listed = {}
  for _, symbol in ipairs(cjson.decode(keep)) do listed[symbol] = true end
  for _, symbol in ipairs(redis.call('HKEYS', options)) do
    if not listed[symbol] and dropRow(symbol) then table.insert(removed, symbol) end
  end
end
dropExpired(removed)
retain()
publish({}, removed)
return 1
`

const sweep = `
local message, finishedAt = unpack(args)
local interrupted, removed = '', {}
if redis.call('HGET', status, 'state') == 'RUNNING' and redis.call('EXISTS', lease) == 0 then
  interrupted = redis.call('HGET', status, 'runId') or ''
  endRun(interrupted, 'INTERRUPTED', message, finishedAt)
  retain()
end
local ranOut = redis.call('HGET', position, 'until')
if ranOut and ranOut <= now then
  redis.call('DEL', options, times, ages, lastRun, status, outcomes)
  redis.call('HDEL', position, 'until')
  publish({}, {}, nil, true)
else
  dropExpired(removed)
  if interrupted ~= '' or #removed > 0 or lost then publish({}, removed) end
end
return interrupted
`

const announce = `
publish(cjson.decode(args[1]), {})
return 1
`

const announceStocks = `
newEdition()
publish(cjson.decode(args[1]), {})
return newId
`

const clear = `
redis.call('DEL', options, times, ages, lastRun, status, outcomes)
redis.call('HDEL', position, 'until')
publish({}, {}, nil, true)
return 1
`

const bodies = { claim, renew, begin, commit, halt, finish, sweep, announce, announceStocks, clear }
export type ScriptName = keyof typeof bodies

/** These free more than they take: they must succeed in a Redis that is full, so that a run can end there. */
const inNeed: ReadonlySet<string> = new Set<ScriptName>(['renew', 'finish', 'sweep', 'clear'])

/** Full texts by name, each to be called with 9 keys. */
export const scripts = Object.entries(bodies).map(([name, body]) => ({
  name,
  lua: (inNeed.has(name) ? '#!lua flags=allow-oom\n' : '') + prelude + body,
}))
