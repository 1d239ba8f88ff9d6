export * from './webhooks.cjs'
