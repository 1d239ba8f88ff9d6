// A store in the driver's memory, and one whose callbacks fail.

const records = new Map()
const locks = new Map()

const isThere = (name, expected) => {
  const there = records.get(name) ?? null
  return expected === null ? there === null : there !== null && there.equals(expected)
}

export const shelf = {
  get: async (name) => records.get(name) ?? null,
  async put(name, value, expected) {
    const isExpected = isThere(name, expected)
    if (isExpected) records.set(name, value)
    return isExpected
  },
  async remove(name, expected) {
    if (isThere(name, expected)) records.delete(name)
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

export const broken = { get: fail, put: fail, remove: fail, lock: fail, unlock: fail }
