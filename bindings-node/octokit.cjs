'use strict'

// Authentication strategies for Octokit, with the options and results of the @octokit/auth-* packages.

const { createAppAuth } = require('./lib/octokit/app_auth.cjs')
const { createOAuthAppAuth } = require('./lib/octokit/oauth_app.cjs')
const { createOAuthDeviceAuth } = require('./lib/octokit/oauth_device.cjs')
const { createOAuthUserAuth } = require('./lib/octokit/oauth_user.cjs')

module.exports = { createAppAuth, createOAuthAppAuth, createOAuthDeviceAuth, createOAuthUserAuth }
