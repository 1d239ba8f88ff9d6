// Notifications (events and new tokens), and concurrent calls.

import { setTimeout as sleep } from 'node:timers/promises'

const recorded = []
const changed = []
let unsubscribe

export const recordEvent = (event) => recorded.push(event)

export async function events() {
  await sleep(DELAY_MS)
  const all = recorded.splice(0)
  return Object.assign({ count: all.length }, ...all.map((event, index) => members(event, `${index}.`)))
}

function members({ kind, installationId, clockOffsetMs, quota, error, isWarning, text }, prefix) {
  const named = { kind, installation_id: installationId, clock_offset: clockOffsetMs, quota: quota?.remaining, error_kind: error?.kind, is_warning: isWarning, text }
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [prefix + name, value]))
}

export function watch(source) {
  unsubscribe = source.onChange((previous, token) => changed.push({ previous, token }))
}

export const unwatch = () => unsubscribe()

export async function changes() {
  await sleep(DELAY_MS)
  const { previous, token } = changed.at(-1) ?? {}
  return { count: changed.length, 'reveal.last': token?.reveal(), 'reveal.before': previous?.reveal() }
}

/** How many different tokens this many concurrent calls get. */
export async function countDifferent(source, count) {
  const tokens = await Promise.all(Array.from({ length: count }, () => source.token()))
  return { count: new Set(tokens.map((token) => token.reveal())).size }
}

/** For notifications that are still in the event loop's queue. */
const DELAY_MS = 100
