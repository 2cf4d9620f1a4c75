import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What the inspector's profiler reports: a tree of functions, and which of them ran at each sample. */
export interface Profile {
  nodes: { id: number; callFrame: CallFrame }[]
  samples: number[]
  /** Microseconds from one sample to the next. */
  timeDeltas: number[]
}

interface CallFrame {
  functionName: string
  url: string
  lineNumber: number
  columnNumber: number
}

/** The parts of a server, in the order of the table. Each has the files whose functions belong to it. */
const PARTS: [name: string, files: RegExp][] = [
  ['Latchkey', /^(?:server|app|messages|scripts|proxy\.ts|instrumentation\.ts)(?:\/|$)/],
  ['tRPC', /node_modules\/@trpc\//],
  ['zod', /node_modules\/zod\//],
  ['the driver of PostgreSQL', /node_modules\/postgres\//],
  [
    'web streams, Request, Response, Headers',
    /^node:internal\/(?:webstreams|deps\/undici|worker\/js_transferable|abort)/,
  ],
  ['HTTP and sockets of Node.js', /^node:(?:_http|http|net|stream|internal\/(?:streams|stream_base|http|net))/],
  ['Next.js and React', /node_modules\/(?:next|react|react-dom)\//],
  ['other packages', /node_modules\//],
]

/** Functions of C++ that write to a socket. They have no file. */
const WRITES = /^(?:write(?:Utf8String|Latin1String|Buffer|v)|shutdown|readStart)$/

export const PART_NAMES = [...PARTS.map(([name]) => name), 'garbage collection', 'Node.js itself']

/**
 * How the time of a profile is spread over the parts of the server. Time counts for the function that runs, not for those
 * that called it.
 * @returns the share of each part, from 0 to 1. Waiting is left out.
 */
export function sharesOf(profile: Profile): Map<string, number> {
  const sources = new Map<string, SourceMap | null>()
  const partOfNode = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame, sources)]))
  const times = new Map(PART_NAMES.map((name) => [name, 0]))
  let busy = 0
  profile.samples.forEach((id, at) => {
    const part = partOfNode.get(id)
    const time = profile.timeDeltas[at] ?? 0
    if (!part) return
    times.set(part, (times.get(part) ?? 0) + time)
    busy += time
  })
  return new Map([...times].map(([name, time]) => [name, busy > 0 ? time / busy : 0]))
}

/** The part that a function belongs to, or null while nothing runs. */
function partOf(frame: CallFrame, sources: Map<string, SourceMap | null>): string | null {
  const { functionName: name, url } = frame
  if (name === '(idle)' || name === '(root)') return null
  if (name === '(garbage collector)') return 'garbage collection'
  if (!url) return WRITES.test(name) ? 'HTTP and sockets of Node.js' : 'Node.js itself'
  const file = url.includes('.next/server/') ? sourceOf(frame, sources) : url
  return (
    PARTS.find(([, files]) => files.test(file))?.[0] ??
    (file.startsWith('node:') ? 'Node.js itself' : 'Next.js and React')
  )
}

/** The source file of a function in a bundle, by its source map; the bundle itself where there is none. */
function sourceOf({ url, lineNumber, columnNumber }: CallFrame, sources: Map<string, SourceMap | null>): string {
  const file = url.startsWith('file:') ? fileURLToPath(url) : url
  if (!sources.has(file)) {
    const map = `${file}.map`
    sources.set(file, existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : null)
  }
  const entry = sources.get(file)?.findEntry(lineNumber, columnNumber)
  const source = entry && 'originalSource' in entry ? entry.originalSource : ''
  // A path relative to the bundle, in the form of a URL.
  return decodeURIComponent(source).replace(/^(?:\.\.\/)+/, '')
}
