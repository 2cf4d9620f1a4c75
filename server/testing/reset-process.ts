import { vi } from 'vitest'

// Runs before each test file. The files of a worker share one process, because loading the packages for each file
// would take most of the run. Our own modules are loaded again for each file, and what the last file changed in the
// process is undone, so that no file depends on another.
vi.resetModules()
vi.unstubAllEnvs()
vi.unstubAllGlobals()
vi.useRealTimers()
for (const name of Object.keys(globalThis)) {
  if (name.startsWith('__latchkey')) delete (globalThis as Record<string, unknown>)[name]
}
