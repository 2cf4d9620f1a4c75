/**
 * Who may import what, checked by `npm run check`. Every import points down this list: a part may import
 * only parts that are listed above it, so no two parts can import each other, directly or through a third.
 * `scripts/import-rules.test.ts` checks the order of the list and plants a violation of each rule.
 */
const SERVER_PARTS = {
  messages: [],
  drizzle: [],
  'server/db': [],
  'server/language': ['messages'],
  'server/settings': ['server/db', 'server/language'],
  'server/env.ts': ['server/settings'],
  'server/brand': ['server/env.ts'],
  'server/core': ['server/db', 'server/language'],
  'server/observability': ['server/env.ts'],
  'server/processes': [],
  'server/limits': ['server/core', 'server/db'],
  'server/audit': ['server/core', 'server/db'],
  'server/accounts': ['server/processes', 'server/core', 'server/db', 'server/limits', 'server/audit'],
  'server/events': ['server/core', 'server/db', 'server/observability'],
  'server/mail': [
    'server/brand',
    'server/language',
    'server/env.ts',
    'server/core',
    'server/db',
    'server/audit',
    'server/events',
    'server/observability',
  ],
  'server/housekeeping': ['server/db', 'server/observability'],
  'server/recovery': [
    'server/language',
    'server/core',
    'server/db',
    'server/limits',
    'server/audit',
    'server/accounts',
    'server/events',
    'server/mail',
  ],
  'server/runtime.ts': [
    'server/accounts',
    'server/env.ts',
    'server/core',
    'server/db',
    'server/limits',
    'server/observability',
  ],
  'server/worker.ts': [
    'server/brand',
    'server/env.ts',
    'server/runtime.ts',
    'server/observability',
    'server/events',
    'server/mail',
    'server/recovery',
    'server/housekeeping',
  ],
  'server/http': [
    'drizzle',
    'server/brand',
    'server/language',
    'server/env.ts',
    'server/runtime.ts',
    'server/worker.ts',
    'server/observability',
    'server/core',
    'server/db',
    'server/accounts',
    'server/mail',
  ],
  'server/api': [
    'server/env.ts',
    'server/runtime.ts',
    'server/observability',
    'server/http',
    'server/core',
    'server/audit',
    'server/accounts',
    'server/recovery',
    'server/mail/suppressions.ts',
  ],
  'server/contracts': [
    'server/env.ts',
    'server/runtime.ts',
    'server/observability',
    'server/http',
    'server/core',
    'server/accounts',
    'server/recovery',
  ],
  'server/openapi': ['server/brand', 'server/env.ts', 'server/api', 'server/contracts'],
  'server/start.ts': [
    'server/processes',
    'server/brand',
    'server/env.ts',
    'server/runtime.ts',
    'server/worker.ts',
    'server/observability',
    'server/http',
    'server/mail',
  ],
}

/** Commands, tests and benchmarks start and examine any part of the server. */
const SERVER = Object.keys(SERVER_PARTS)

export const PARTS = {
  ...SERVER_PARTS,
  'instrumentation.ts': ['server/start.ts'],
  'proxy.ts': ['server/env.ts', 'server/http'],
  app: [
    'messages',
    'server/brand',
    'server/language',
    'server/core/errors.ts',
    'server/core/typed-input.ts',
    'server/core/password-rules.ts',
    'server/api',
    'server/contracts',
    'server/http',
    'server/openapi',
    'server/mail/transports/mailbox.ts',
  ],
  scripts: SERVER,
  'server/testing': [...SERVER, 'scripts'],
  bench: [...SERVER, 'scripts', 'server/testing'],
  e2e: [...SERVER, 'scripts', 'server/testing'],
}

const OURS = '^(app|bench|drizzle|e2e|messages|scripts|server|instrumentation\\.ts|proxy\\.ts)(/|$)'
const TESTS = '\\.(test|spec|real)\\.tsx?$'

const literally = (path) => path.replace(/[.[\]]/g, '\\$&')
const within = (part) => `^${literally(part)}(/|$)`

/** One rule a part: it imports itself and the parts it lists, nothing else of this repository. */
const partRules = Object.entries(PARTS).map(([part, mayImport]) => ({
  name: `imports of ${part}`,
  comment: `${part} imports ${mayImport.join(', ') || 'no other part'}.`,
  severity: 'error',
  from: { path: within(part), pathNot: TESTS },
  to: { path: OURS, pathNot: [part, ...mayImport].map(within) },
}))

const LAYOUT = '^app/layout\\.tsx$'
const PAGES = '^app/.*(page|layout)\\.tsx$'
const ROUTES = '^app/.*route\\.ts$'
const MAILBOX_PAGES = '^app/dev/mailbox/.*page\\.tsx$'
const ACTIONS = '^app/.*/action\\.ts$'
const TRPC_SERVER = '^app/_trpc/(server\\.tsx|form-action\\.ts)$'
const LANGUAGE_SERVER = '^app/_language/(server\\.ts|client-texts\\.tsx)$'

/** A package by its name, wherever npm put it. */
const packages = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`

/** Narrower rules inside a part, each with the reason for it. */
const detailRules = [
  {
    name: 'a component imports no server code',
    comment:
      'Components may run in a browser: they import app, messages, core/typed-input, core/password-rules, core/errors, languages, formats and types of api. With core/schemas, zod would be a third of the page.',
    from: { path: '^app/', pathNot: [TESTS, ROUTES, LAYOUT, MAILBOX_PAGES, TRPC_SERVER, LANGUAGE_SERVER] },
    to: {
      path: '^server/',
      pathNot: [
        '^server/(core/(typed-input|password-rules|errors)|language/(languages|messages|error-values|format-duration|device-parts)|api/root)\\.ts$',
      ],
    },
  },
  {
    name: 'a component imports only types of the API',
    comment: 'Importing a value from server/api/root would put the server into the browser.',
    from: { path: '^app/', pathNot: [TESTS, ROUTES, TRPC_SERVER] },
    to: { path: '^server/api/root\\.ts$', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'a component calls procedures from the browser',
    comment: 'Only pages, layouts and server actions use app/_trpc/server and form-action, which run on the server.',
    from: { path: '^app/', pathNot: [TESTS, PAGES, ACTIONS, TRPC_SERVER] },
    to: { path: TRPC_SERVER },
  },
  {
    name: 'app uses no server packages',
    comment: 'A page reads through app/_trpc/server.',
    from: { path: '^app/', pathNot: TESTS },
    to: { path: packages('drizzle-orm', 'postgres', 'resend', '@node-rs/.+', 'pino') },
  },
  {
    name: 'a component uses no Node.js modules',
    comment: 'A component may run in a browser.',
    from: { path: '^app/', pathNot: [TESTS, TRPC_SERVER] },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'a route re-exports one handler',
    comment: 'A route file has one line. Its handler is in server/.',
    from: { path: ROUTES },
    to: { pathNot: '^server/(api/handler|contracts/[^/]+/handlers|openapi/document|http/[^/]+)\\.ts$' },
  },
  {
    name: 'the server-side caller imports the API only',
    comment: 'app/_trpc/server calls procedures, not verbs.',
    from: { path: TRPC_SERVER },
    to: { path: '^server/', pathNot: '^server/api/' },
  },
  {
    name: 'adapters call verbs',
    comment: 'An adapter parses, calls a verb and presents the answer. It builds no SQL.',
    from: { path: '^server/(api|contracts|openapi)/', pathNot: TESTS },
    to: { path: packages('drizzle-orm', 'postgres') },
  },
  {
    name: 'contracts do not share code by importing each other',
    comment: 'What contracts share is a file of server/contracts itself.',
    from: { path: '^server/contracts/([^/]+)/', pathNot: TESTS },
    to: { path: '^server/contracts/[^/]+/', pathNot: '^server/contracts/$1/' },
  },
  {
    name: 'the core knows no framework',
    comment: 'The core runs without Next.js, React and tRPC.',
    from: { path: '^server/(core|db|limits|audit|accounts|recovery|housekeeping)/', pathNot: TESTS },
    to: { path: packages('next', 'react', 'react-dom', '@trpc/.+') },
  },
  {
    name: 'recovery writes to the queue and sends nothing',
    comment: 'The worker sends. Recovery uses the queue, the templates and the suppressions.',
    from: { path: '^server/recovery/', pathNot: TESTS },
    to: { path: '^server/mail/', pathNot: '^server/mail/(outbox|emails|suppressions|templates/.+)\\.tsx?$' },
  },
  {
    name: 'events are queued, not sent',
    comment: 'Recovery and mail queue events in their statements. The worker sends them.',
    from: { path: '^server/(recovery|mail)/', pathNot: TESTS },
    to: { path: '^server/events/', pathNot: '^server/events/queue-event\\.ts$' },
  },
]

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...partRules,
    ...detailRules.map((rule) => ({ severity: 'error', ...rule })),
    {
      name: 'no cycle',
      comment: 'Two files that import each other are one file.',
      severity: 'error',
      from: { path: OURS },
      to: { circular: true },
    },
    {
      name: 'every import resolves',
      comment: 'The file or package is missing.',
      severity: 'error',
      from: { path: OURS },
      to: { couldNotResolve: true, pathNot: '\\.css$' },
    },
  ],
  options: {
    parser: 'swc', // also sees imports of types; TypeScript 7 has no API that this tool could use
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.next|\\.data|next-env\\.d\\.ts)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts', '.json', '.css'],
    },
  },
}
