import webhooks from './webhooks.cjs'

export const { Webhooks } = webhooks
