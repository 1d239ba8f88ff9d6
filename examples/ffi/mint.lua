-- Ten things that an app does, in LuaJIT, through the C library alone: LuaJIT reads the C header itself.
--
--   luajit mint.lua libappmint.so.0 appmint.h INSTALLATION_ID
--
-- The app comes from the environment: see docs/environment.md. LuaJIT cannot be called from threads of a library, so callbacks
-- run where this program dispatches a queue.

local ffi = require 'ffi'
local library, header_file, installation_id = ...

-- The header without what belongs to the preprocessor.
local function declarations(path)
  local text = assert(io.open(path)):read '*a'
  text = text:gsub('/%*.-%*/', ''):gsub('\\\n', ' '):gsub('extern "C" {', '')
  text = text:gsub('#ifdef __cplusplus%s*}', ''):gsub('\n#[^\n]*', ''):gsub('APPMINT_%u+ APPMINT_API\n', ''):gsub('APPMINT_API\n', '')
  return text
end

ffi.cdef(declarations(header_file))
ffi.cdef 'struct pollfd { int fd; short events; short revents; }; int poll(struct pollfd *, unsigned long, int);'
local c = ffi.load(library)
local NTS, DEFAULT = ffi.cast('size_t', -1LL), -1

-- Calls a function with places for its result and its error; returns the result, or nil, the status and the message.
local function try(type, call)
  local result, error = ffi.new(type .. ' *[1]'), ffi.new 'appmint_error *[1]'
  local status = call(result, error)
  if status == c.APPMINT_OK then return ffi.gc(result[0], c[type .. '_free']) end
  local message, reason = ffi.string(c.appmint_error_to_string(error[0])), c.appmint_error_reason(error[0])
  c.appmint_error_free(error[0])
  return nil, status, message, reason
end

local count = 0
local function case(name, holds, ...)
  if not holds then io.stderr:write('not so: ', name, ' ', tostring((...)), '\n') os.exit(1) end
  count = count + 1
  print(('ok %d %s'):format(count, name))
end

local function config()
  local config = ffi.gc(c.appmint_config_new(), c.appmint_config_free)
  c.appmint_config_set_environment(config, 'APPMINT_', NTS)
  return config
end

local function new_app(config) return try('appmint_app', function(r, e) return c.appmint_app_new(config, r, e) end) end

case('the library has the header\'s interface', c.appmint_abi_version() == 0)

local wrong = config()
c.appmint_config_set_timeout_ms(wrong, -5)
local none, status, message = new_app(wrong)
case('a wrong setting is named', not none and status == c.APPMINT_ERROR_INVALID_ARGUMENT and message:find 'timeout', message)

local app, _, why = new_app(config())
case('an app is made', app, why)
local jwt = try('appmint_token', function(r, e) return c.appmint_app_jwt(app, r, e) end)
case('a JWT names the app', ffi.string(c.appmint_token_claims(jwt)):find(os.getenv 'APPMINT_APP_ID', 1, true))

local source = try('appmint_source', function(r, e) return c.appmint_app_installation(app, installation_id, NTS, r, e) end)
local function token() return try('appmint_token', function(r, e) return c.appmint_source_token(source, DEFAULT, DEFAULT, r, e) end) end
local first, _, refused = token()
case('a token is minted', first and c.appmint_token_kind(first) == c.APPMINT_TOKEN_INSTALLATION, refused)
local again, stats = token(), try('appmint_stats', function(r, e) return c.appmint_app_stats(app, r, e) end)
local same = ffi.string(c.appmint_token_reveal(first, nil)) == ffi.string(c.appmint_token_reveal(again, nil))
case('the second call takes it from memory', same and c.appmint_stats_minted(stats) == 1)

local request = ffi.gc(c.appmint_request_new('GET', NTS, '/installation/repositories', NTS), c.appmint_request_free)
local response = try('appmint_response', function(r, e) return c.appmint_source_request(source, request, r, e) end)
case('the API is called', response and c.appmint_response_status(response) == 200)

local listing = try('appmint_installations', function(r, e) return c.appmint_app_installations(app, r, e) end)
local found, item = false, nil
repeat
  item = try('appmint_installation', function(r, e) return c.appmint_installations_next(listing, r, e) end)
  found = found or (item ~= nil and ffi.string(c.appmint_installation_id(item)) == installation_id)
until item == nil
case('the installations are listed', found)

local function look_up(r, e) return c.appmint_app_find_installation(app, c.APPMINT_LOOKUP_USER, 'nobody-at-all', NTS, r, e) end
local missing, kind, _, reason = try('appmint_installation', look_up)
case('a missing installation has its reason', not missing and kind == c.APPMINT_ERROR_NOT_FOUND and reason == c.APPMINT_REASON_NOT_INSTALLED)

local queue = try('appmint_queue', function(r, e) return c.appmint_queue_new(r, e) end)
local done = 0
local on_done = ffi.cast('appmint_on_done', function(_, call)
  if try('appmint_token', function(r, e) return c.appmint_call_token(call, r, e) end) then done = done + 1 end
end)
c.appmint_source_invalidate(source)
local call = try('appmint_call', function(r, e)
  return c.appmint_source_token_async(source, DEFAULT, DEFAULT, queue, on_done, nil, r, e)
end)
local watched = ffi.new('struct pollfd', c.appmint_queue_fd(queue), 1, 0)
while call and done == 0 and ffi.C.poll(watched, 1, 60000) > 0 do c.appmint_queue_dispatch(queue) end
case('a call completes in the event loop', done == 1)
