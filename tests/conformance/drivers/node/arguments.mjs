// The members of a command, as arguments of calls.

export const camel = (name) => name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase())
export const camelCased = (members) => Object.fromEntries(Object.entries(members).map(([key, value]) => [camel(key), value]))
/** The parts between commas; none of an empty text. */
export const list = (text) => text.split(',').filter(() => text !== '')
export const number = (text) => (text === undefined ? undefined : Number(text))
export const boolean = (text) => text === 'true'

/** Options, with scopes among them. */
export const scopedOptions = ({ scopes, ...members }) => ({ ...camelCased(members), scopes: scopes && list(scopes) })

export const tokenOptions = ({ min_valid_ms, timeout_ms }) => ({ minValidMs: number(min_valid_ms), timeoutMs: number(timeout_ms) })

export function requestArguments({ method, path, json, timeout_ms, ...members }) {
  const others = Object.fromEntries(Object.entries(members).filter(([name]) => !name.startsWith('header.')))
  const [headers, timeoutMs] = [headersOf(members), number(timeout_ms)]
  return [method, path, { ...others, headers, timeoutMs, json: json && JSON.parse(json) }]
}

export function pageArguments(args) {
  const [, path, options] = requestArguments(args)
  delete options.limit
  delete options.json
  return [path, options]
}

export function headersOf(members) {
  const headers = Object.entries(members).filter(([name]) => name.startsWith('header.'))
  return Object.fromEntries(headers.map(([name, value]) => [name.slice(7), value]))
}

/** What a token is limited to. */
export function scope({ permissions, ...members }) {
  const lists = Object.entries(camelCased(members)).map(([name, value]) => [name, list(value)])
  return { ...Object.fromEntries(lists), permissions: permissions === undefined ? undefined : levels(permissions) }
}

function levels(text) {
  return Object.fromEntries(list(text).map((pair) => pair.split(':')))
}
