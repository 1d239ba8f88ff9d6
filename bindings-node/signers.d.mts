export * from './signers.cjs'
