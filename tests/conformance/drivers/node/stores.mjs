// A store in the driver's memory, and one whose methods throw.

const records = new Map()
const locks = new Map()

const isCurrent = (name, expected) => {
  const current = records.get(name) ?? null
  return expected === null ? current === null : current !== null && current.equals(expected)
}

export const memoryStore = {
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

export const failingStore = { get: fail, put: fail, remove: fail, lock: fail, unlock: fail }
