# Ten things that an app does, in Ruby, through the C library alone: Fiddle is part of Ruby, and the types come from the header.
#
#   ruby mint.rb libappmint.so.0 appmint.h INSTALLATION_ID
#
# The app comes from the environment: see docs/environment.md. Ruby cannot be called from threads of a library, so callbacks run
# where this program dispatches a queue.

require 'fiddle'

# The functions and numbers of the header, as methods and a table.
class Library
  TYPES = { 'void' => Fiddle::TYPE_VOID, 'int' => Fiddle::TYPE_INT, 'int32_t' => Fiddle::TYPE_INT, 'uint32_t' => -Fiddle::TYPE_INT,
            'appmint_status' => Fiddle::TYPE_INT, 'appmint_reason' => Fiddle::TYPE_INT, 'appmint_lookup' => Fiddle::TYPE_INT,
            'int64_t' => Fiddle::TYPE_LONG_LONG, 'uint64_t' => -Fiddle::TYPE_LONG_LONG, 'size_t' => Fiddle::TYPE_SIZE_T }.freeze

  attr_reader :numbers

  def initialize(path, header)
    code = File.read(header).gsub(%r{/\*.*?\*/}m, '')
    @numbers = code.scan(/^  APPMINT_(\w+) = (\d+)/).to_h { |name, number| [name.to_sym, number.to_i] }
    library = Fiddle.dlopen(path)
    code.scan(/^([a-z][a-z0-9_ ]*?[ *]+)appmint_(\w+)\(([^()]*)\);/m) do |result, name, parameters|
      types = parameters == 'void' ? [] : parameters.split(',').map { |it| type(it.strip.sub(/\w+\z/, '')) }
      function = Fiddle::Function.new(library["appmint_#{name}"], types, type(result))
      define_singleton_method(name) { |*arguments| function.call(*arguments) }
    end
  end

  # Every callback is a pointer, too.
  def type(text)
    TYPES.fetch(text.strip) { Fiddle::TYPE_VOIDP }
  end
end

C = Library.new(ARGV[0], ARGV[1])
INSTALLATION = ARGV[2]
NTS = -1
DEFAULT = -1
N = C.numbers

class Failure < StandardError
  attr_reader :status, :reason

  def initialize(status, error)
    @status = status
    @reason = C.error_reason(error)
    super(C.error_to_string(error).to_s)
    C.error_free(error)
  end
end

# Calls a function with places for its result and its error, which come last.
def try(function, *arguments)
  result = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
  error = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
  [result, error].each { |it| it[0, Fiddle::SIZEOF_VOIDP] = "\0" * Fiddle::SIZEOF_VOIDP }
  status = C.public_send(function, *arguments, result, error)
  raise Failure.new(status, error.ptr) unless status == N[:OK]

  result.ptr
end

def failure
  yield
  nil
rescue Failure => e
  e
end

$count = 0
def case_of(name, holds)
  abort "not so: #{name}" unless holds
  puts "ok #{$count += 1} #{name}"
end

def config
  C.config_new.tap { |it| C.config_set_environment(it, 'APPMINT_', NTS) }
end

case_of "the library has the header's interface", C.abi_version.zero?

wrong = config
C.config_set_timeout_ms(wrong, -5)
refused = failure { try(:app_new, wrong) }
case_of 'a wrong setting is named', refused&.status == N[:ERROR_INVALID_ARGUMENT] && refused.message.include?('timeout')
C.config_free(wrong)

settings = config
app = try(:app_new, settings)
C.config_free(settings)
case_of 'an app is made', !app.null?
jwt = try(:app_jwt, app)
case_of 'a JWT names the app', C.token_claims(jwt).to_s.include?(ENV.fetch('APPMINT_APP_ID'))

source = try(:app_installation, app, INSTALLATION, NTS)
first = try(:source_token, source, DEFAULT, DEFAULT)
case_of 'a token is minted', C.token_kind(first) == N[:TOKEN_INSTALLATION]
again = try(:source_token, source, DEFAULT, DEFAULT)
stats = try(:app_stats, app)
same = C.token_reveal(first, nil).to_s == C.token_reveal(again, nil).to_s
case_of 'the second call takes it from memory', same && C.stats_minted(stats) == 1

request = C.request_new('GET', NTS, '/installation/repositories', NTS)
response = try(:source_request, source, request)
case_of 'the API is called', C.response_status(response) == 200

listing = try(:app_installations, app)
ids = []
until (item = try(:installations_next, listing)).null?
  ids << C.installation_id(item).to_s
  C.installation_free(item)
end
case_of 'the installations are listed', ids.include?(INSTALLATION)

missing = failure { try(:app_find_installation, app, N[:LOOKUP_USER], 'nobody-at-all', NTS) }
case_of 'a missing installation has its reason', missing&.status == N[:ERROR_NOT_FOUND] && missing.reason == N[:REASON_NOT_INSTALLED]

queue = try(:queue_new)
done = 0
on_done = Fiddle::Closure::BlockCaller.new(Fiddle::TYPE_VOID, [Fiddle::TYPE_VOIDP, Fiddle::TYPE_VOIDP]) do |_, call|
  C.token_free(try(:call_token, call))
  done += 1
end
C.source_invalidate(source)
call = try(:source_token_async, source, DEFAULT, DEFAULT, queue, on_done, nil)
watched = IO.for_fd(C.queue_fd(queue), autoclose: false)
C.queue_dispatch(queue) while done.zero? && IO.select([watched], nil, nil, 60)
case_of 'a call completes in the event loop', done == 1

C.call_free(call)
C.queue_free(queue)
C.installations_free(listing)
C.response_free(response)
C.request_free(request)
C.stats_free(stats)
[first, again, jwt].each { |it| C.token_free(it) }
C.source_free(source)
C.app_free(app)
