// What happens while nobody asks: events, new tokens, many callers at once.

import { setTimeout as moment } from 'node:timers/promises'

const noted = []
const changed = []

export const note = (event) => noted.push(event)

export async function events() {
  await moment(MOMENT)
  const told = noted.splice(0)
  return Object.assign({ count: told.length }, ...told.map((event, index) => words(event, `${index}.`)))
}

function words({ kind, installationId, clockOffsetMs, error, isWarning, text }, prefix) {
  const said = { kind, installation_id: installationId, clock_offset: clockOffsetMs, error_kind: error?.kind, is_warning: isWarning, text }
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [prefix + name, value]))
}

export function watch(source) {
  source.onChange((before, token) => changed.push({ before, token }))
}

export async function changes() {
  await moment(MOMENT)
  const { before, token } = changed.at(-1) ?? {}
  return { count: changed.length, 'reveal.last': token?.reveal(), 'reveal.before': before?.reveal() }
}

/** How many different tokens so many promises get that ask at once. */
export async function different(source, count) {
  const tokens = await Promise.all(Array.from({ length: count }, () => source.token()))
  return { count: new Set(tokens.map((token) => token.reveal())).size }
}

/** For what is on its way to the event loop, in milliseconds. */
const MOMENT = 100
