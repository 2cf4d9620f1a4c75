import { readdirSync } from 'node:fs'
import path from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it, vi } from 'vitest'
import { appRouter } from '@/server/api/root'

vi.stubEnv('EMBEDDED_DATABASE', '1')
vi.stubEnv('DATABASE_URL', 'postgres://127.0.0.1/latchkey')
vi.stubEnv('APP_SECRET', 'a secret of thirty-two bytes or more')
const { createOpenApi } = await import('./document')

interface Media {
  schema: object
  examples?: Record<string, { value: unknown }>
}

interface Operation {
  operationId: string
  tags: string[]
  summary: string
  parameters?: { in: string; name: string }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
}

// Through JSON, as a client reads it.
const document = JSON.parse(JSON.stringify(await createOpenApi()))
const paths = document.paths as Record<string, Record<string, Operation>>
const operations = Object.entries(paths).flatMap(([at, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${at}`, path: at, ...operation })),
)
const contracts = operations.filter(({ tags }) => !tags.includes('trpc'))

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }))
const errorsOf = (schema: object, value: unknown) => {
  const validate = ajv.compile({ ...schema, components: document.components })
  return validate(value) ? [] : validate.errors
}

it('is valid OpenAPI 3.1, by the schema of the standard', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
  expect(document.openapi).toMatch(/^3\.1\./)
})

describe('the document', () => {
  it('gives every operation a unique id and a summary', () => {
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { name, summary } of operations) expect(summary, name).toMatch(/^\S.*[^.]$/)
  })

  it('tags every operation with a described tag', () => {
    const described = document.tags.filter((tag: { description?: string }) => tag.description)
    const names = described.map((tag: { name: string }) => tag.name)
    expect(names).toEqual(document.tags.map((tag: { name: string }) => tag.name))
    for (const { name, tags } of operations) expect(names, name).toEqual(expect.arrayContaining(tags))
  })

  it('declares every variable part of a path, and nothing else', () => {
    for (const { name, path, parameters = [] } of operations) {
      const declared = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
      expect(declared, name).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part))
    }
  })

  it('has no two paths that match the same request', () => {
    const shapes = Object.keys(paths).map((path) => path.replace(/\/$/, '').replace(/\{\w+\}/g, '{}'))
    expect(new Set(shapes).size).toBe(shapes.length)
  })

  it('has no broken reference', () => {
    for (const [, ref] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = (ref as string).split('/').reduce((at, key) => at?.[key], document)
      expect(target, ref).toBeDefined()
    }
  })

  it('shows valid examples of every answer with a body', () => {
    for (const { name, responses } of contracts) {
      for (const [status, { content }] of Object.entries(responses)) {
        const media = content?.['application/json']
        if (!media) continue
        const examples = Object.values(media.examples ?? {})
        expect(examples.length, `${name} ${status}`).toBeGreaterThan(0)
        for (const { value } of examples) expect(errorsOf(media.schema, value), `${name} ${status}`).toEqual([])
      }
    }
  })

  it('shows a valid example of every field of a request body', () => {
    for (const { name, requestBody } of contracts) {
      const schema = requestBody?.content['application/json']?.schema as
        | { properties: Record<string, { example?: unknown }> }
        | undefined
      if (!schema) continue
      const example = Object.fromEntries(Object.entries(schema.properties).map(([key, field]) => [key, field.example]))
      expect(Object.values(example), name).not.toContain(undefined)
      expect(errorsOf(schema, example), name).toEqual([])
    }
  })
})

it('has the path of every contract route, and no other', () => {
  const routes = readdirSync('app/(contracts)', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('route.ts'),
  )
  const served = routes.map((file) =>
    `/${path.dirname(file)}`.replace('/shared-path', '').replace(/\[(\w+)\]/g, '{$1}'),
  )
  const documented = contracts.map((operation) => operation.path.replace(/\/$/, ''))
  expect([...new Set(documented)].sort()).toEqual(served.sort())
})

it('has every procedure', () => {
  const names = Object.keys(appRouter._def.procedures).map((name) => `/api/trpc/${name}`)
  expect(Object.keys(paths).filter((path) => path.startsWith('/api/trpc/'))).toEqual(names)
})
