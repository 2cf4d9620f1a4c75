import path from 'node:path'

/** Next.js and React are those of Latchkey, two folders up. */
const root = path.resolve(import.meta.dirname, '..', '..')

/** @type {import('next').NextConfig} */
export default {
  turbopack: { root },
  outputFileTracingRoot: root,
  poweredByHeader: false,
}
