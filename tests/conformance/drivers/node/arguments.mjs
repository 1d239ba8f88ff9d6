// The words of a command, as arguments.

export const camel = (name) => name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase())
export const camelCased = (words) => Object.fromEntries(Object.entries(words).map(([key, value]) => [camel(key), value]))
/** The parts between commas; none of an empty text. */
export const list = (text) => text.split(',').filter(() => text !== '')
export const number = (text) => (text === undefined ? undefined : Number(text))

/** Options of a call, with scopes among them. */
export const asked = ({ scopes, ...words }) => ({ ...camelCased(words), scopes: scopes && list(scopes) })

export const patience = ({ min_valid_ms, timeout_ms }) => ({ minValid: number(min_valid_ms), timeout: number(timeout_ms) })

export const flag = (text) => text === 'true'

export function call({ method, path, json, timeout_ms, ...words }) {
  const others = Object.fromEntries(Object.entries(words).filter(([name]) => !name.startsWith('header.')))
  const [headers, timeout] = [headersOf(words), number(timeout_ms)]
  return [method, path, { ...others, headers, timeout, json: json && JSON.parse(json) }]
}

export function headersOf(words) {
  const named = Object.entries(words).filter(([name]) => name.startsWith('header.'))
  return Object.fromEntries(named.map(([name, value]) => [name.slice(7), value]))
}

export function narrowing({ permissions, ...words }) {
  const lists = Object.entries(camelCased(words)).map(([name, value]) => [name, list(value)])
  return { ...Object.fromEntries(lists), permissions: permissions === undefined ? undefined : levels(permissions) }
}

function levels(text) {
  return Object.fromEntries(list(text).map((each) => each.split(':')))
}
