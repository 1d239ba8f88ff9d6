import sandbox from './index.cjs'

export const { startSandbox } = sandbox
