// Runs beside a temporary PostgreSQL, which is not a Node.js process and cannot watch its parent itself. When the process
// that started both is killed, this one stops the server and removes its data.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { watchParent } from './parent-watch.mjs'

const { parent, pgCtl, dataDir, user, folders } = JSON.parse(process.argv[2])

watchParent(() => {
  const args = ['stop', '--pgdata', dataDir, '--mode=immediate']
  spawnSync(pgCtl, args, { ...user, cwd: '/', stdio: 'ignore' })
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}, parent)
