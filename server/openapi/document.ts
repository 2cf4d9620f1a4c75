import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi'
import { procedurePaths } from '@/server/api/openapi'
import { brand } from '@/server/brand/brand'
import { env } from '@/server/env'

/** What the `openapi.ts` of a contract exports. Every such file under server/contracts is found by its path. */
interface DescribedContract {
  about: string
  paths: ZodOpenApiPathsObject
}

const load = import.meta.glob<DescribedContract>('/server/contracts/*/openapi.ts')

const readContracts = () =>
  Promise.all(
    Object.entries(load).map(async ([file, read]) => ({ name: file.split('/').at(-2) as string, ...(await read()) })),
  )

const ABOUT = `The documented HTTP contracts of this app, and the tRPC procedures that its pages use.

Every path of a contract is served with and without a trailing slash. Bodies are JSON of at most 16 KiB. A missing body
counts as \`{}\`, and unknown fields are ignored. HEAD is GET without the body. Where an answer depends on
\`ACCOUNT_DISCLOSURE\`, the description says what \`conceal\` and \`reveal\` change. A trusted back end that sends the
\`SERVICE_API_KEY\` as its bearer token has a limit of its own, apart from other clients at its address.`

/** Everything that this app offers to programs, as an OpenAPI 3.1 document. */
export async function createOpenApi() {
  const contracts = await readContracts()
  return createDocument({
    openapi: '3.1.1',
    info: { title: brand().name, version: '1.0.0', description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: env().appUrl }],
    tags: [
      ...contracts.map(({ name, about }) => ({ name, description: about })),
      { name: 'trpc', description: 'The procedures that the pages use: plain JSON, one procedure in each request.' },
    ],
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer', description: 'The value of a session cookie.' },
        serviceKey: { type: 'http', scheme: 'bearer', description: 'The `SERVICE_API_KEY`, for trusted back ends.' },
      },
    },
    paths: Object.assign({}, ...contracts.map(({ paths }) => paths), procedurePaths()),
  })
}

let text: Promise<string> | undefined

/** `GET /api/openapi.json`. The document is created once, because it does not change while the process runs. */
export async function openApiDocument(): Promise<Response> {
  text ??= createOpenApi().then((document) => JSON.stringify(document))
  return new Response(await text, { headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' } })
}
