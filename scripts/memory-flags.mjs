/**
 * Keeps a server's memory small, under `npm start` and in the image. V8 sizes its heap by the memory of the machine: 50 MB in
 * use became 360 MB. The factor of growth bounds what is kept, and no limit is set, because a process that reaches one ends.
 */
export const MEMORY_FLAGS = ['--max-semi-space-size=24', '--heap-growing-percent=50']
