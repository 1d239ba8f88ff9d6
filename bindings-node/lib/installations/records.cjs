'use strict'

const { fill } = require('../records.cjs')

/** An installation of the app. */
class Installation {
  constructor(record) {
    fill(this, record)
  }
}

/** A repository that an installation may access. */
class Repository {
  constructor(record) {
    fill(this, record)
  }
}

module.exports = { Installation, Repository }
