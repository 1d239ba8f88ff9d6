// A store in the driver's memory, and those that are of no use.

const records = new Map()
const locks = new Map()

const isCurrent = (name, expected) => {
  const current = records.get(name) ?? null
  return expected === null ? current === null : current !== null && current.equals(expected)
}

const memoryStore = {
  get: async (name) => records.get(name) ?? null,
  async put(name, value, expected) {
    const isExpected = isCurrent(name, expected)
    if (isExpected) records.set(name, value)
    return isExpected
  },
  async remove(name, expected) {
    if (isCurrent(name, expected)) records.delete(name)
  },
  async lock(name, owner) {
    if (!locks.has(name)) locks.set(name, owner)
    return locks.get(name) === owner
  },
  async unlock(name, owner) {
    if (locks.get(name) === owner) locks.delete(name)
  },
}

function fail() {
  throw new Error('the store callback failed')
}

const all = (method) => ({ get: method, put: method, remove: method, lock: method, unlock: method })

/** By the values of the setting `own_store`. */
export const stores = {
  ok: memoryStore,
  fail: all(fail),
  no: { ...all(async () => false), get: async () => null },
  block: all(() => new Promise(() => {})),
}
