'use strict'

const { ManualClock } = require('../events.cjs')

/** The clock of the program's `Date`, which its tests may have replaced. It is brought up to date before each call. */
class DateClock {
  clock = new ManualClock(Date.now())
  #last = this.clock.now().getTime()
  #aheadMs = 0

  follow() {
    const now = Date.now() + this.#aheadMs
    // Both clocks go on together; a Date that was set back moves the wall clock alone.
    if (now > this.#last) this.clock.advance(now - this.#last)
    else if (now < this.#last) this.clock.set(now)
    this.#last = now
  }

  /** Moves it ahead of `Date`. */
  shift(byMs) {
    this.#aheadMs += byMs
  }
}

module.exports = { DateClock }
