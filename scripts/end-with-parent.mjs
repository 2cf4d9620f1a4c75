// Loaded into a server with `--import`: the server ends when whoever started it was killed.
const parent = process.ppid
setInterval(() => {
  if (process.ppid === parent) return
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), 10_000)
}, 500).unref()
