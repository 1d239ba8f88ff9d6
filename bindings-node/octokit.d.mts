export * from './octokit.cjs'
