// Loaded into a server with `--import`: the server shuts down when the process that started it has ended.
import { watchParent } from './parent-watch.mjs'

watchParent(() => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), 10_000)
}).unref()
