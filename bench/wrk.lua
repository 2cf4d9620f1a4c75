-- wrk -s wrk.lua URL -- METHOD PATH BODY FIRST [HEADER…]
-- Prints a `Load` (generate.ts) as JSON on the last line. Runs with one thread.
local thread

function setup(created)
  thread = created
end

function init(args)
  method, path, body, n = args[1], args[2], args[3], tonumber(args[4])
  headers = {}
  for i = 5, #args do
    local name, value = args[i]:match("^(.-): (.*)$")
    headers[name] = value
  end
  statuses = {}
  fixed = not (path .. body):find("{", 1, true) and wrk.format(method, path, headers, body ~= "" and body or nil)
end

-- The body itself has braces, so only the two names are replaced.
local function fill(text)
  return (text:gsub("{n}", string.format("%d", n)):gsub("{half}", string.format("%d", math.floor(n / 2))))
end

function request()
  if fixed then return fixed end
  local filled = wrk.format(method, fill(path), headers, body ~= "" and fill(body) or nil)
  n = n + 1
  return filled
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  local counts, answered = {}, broken
  if broken > 0 then counts[1] = string.format('"0":%d', broken) end
  for status, count in pairs(thread:get("statuses")) do
    counts[#counts + 1] = string.format('"%d":%d', status, count)
    answered = answered + count
  end
  io.write(string.format('\n{"perSecond":%.1f,"p50Ms":%.3f,"p99Ms":%.3f,"statuses":{%s},"next":%d}',
    answered / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    table.concat(counts, ","), thread:get("n")))
end
