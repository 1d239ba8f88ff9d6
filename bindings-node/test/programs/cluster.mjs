// The web app in four worker processes.

import cluster from 'node:cluster'

if (cluster.isPrimary) {
  for (let worker = 0; worker < 4; worker += 1) cluster.fork()
  process.once('SIGTERM', () => cluster.disconnect(() => process.exit()))
} else {
  await import('../../../examples/node/web.mjs')
}
