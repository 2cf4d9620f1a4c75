import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi'
import { procedurePaths } from '@/server/api/openapi'
import { env } from '@/server/env'

/** A contract's own part: every `openapi.ts` under server/contracts is taken up by itself. */
interface DescribedContract {
  about: string
  paths: ZodOpenApiPathsObject
}

const load = import.meta.glob<DescribedContract>('/server/contracts/*/openapi.ts')

const readContracts = () =>
  Promise.all(
    Object.entries(load).map(async ([file, read]) => ({ name: file.split('/').at(-2) as string, ...(await read()) })),
  )

const ABOUT = `The documented HTTP contracts of this app, and beside them its tRPC procedures.

Every path of a contract is served with and without its trailing slash. Bodies are JSON of at most 16 KiB; no body
counts as \`{}\`, and unknown fields are ignored. HEAD is GET without the body. What a client sees under
\`ACCOUNT_DISCLOSURE=conceal\` and \`reveal\` is told apart where it differs.`

/** All that this app answers to programs, as OpenAPI 3.1. */
export async function createOpenApi() {
  const contracts = await readContracts()
  return createDocument({
    openapi: '3.1.1',
    info: { title: 'Latchkey', version: '1.0.0', description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: env().appUrl }],
    tags: [
      ...contracts.map(({ name, about }) => ({ name, description: about })),
      { name: 'trpc', description: 'The procedures of the pages: plain JSON, one a request.' },
    ],
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer', description: 'The value of a session cookie.' },
        serviceKey: { type: 'http', scheme: 'bearer', description: 'The `SERVICE_API_KEY` of a trusted back end.' },
      },
    },
    paths: Object.assign({}, ...contracts.map(({ paths }) => paths), procedurePaths()),
  })
}

let text: Promise<string> | undefined

/** Answers with the document; it is the same as long as the process lives. */
export async function openApiDocument(): Promise<Response> {
  text ??= createOpenApi().then((document) => JSON.stringify(document))
  return new Response(await text, { headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' } })
}
