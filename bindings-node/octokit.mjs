import octokit from './octokit.cjs'

export const { createAppAuth, createOAuthAppAuth, createOAuthDeviceAuth, createOAuthUserAuth } = octokit
