'use strict'

const { ids, permissions, texts } = require('../arguments.cjs')

/** The repositories and permissions that a token is limited to. */
const SCOPE = { repositories: texts, repositoryIds: ids, permissions }

module.exports = { SCOPE }
