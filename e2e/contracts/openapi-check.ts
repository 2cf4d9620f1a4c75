import { expect } from '@playwright/test'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Received } from './client'

interface Response {
  headers?: Record<string, { $ref?: string; required?: boolean; schema?: object }>
  content?: { 'application/json'?: { schema: object } }
}

export interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>
  components: { headers: Record<string, { required?: boolean; schema: object }> }
}

/** A path without its query, its closing slash, and the origin that an absolute target begins with. */
const bare = (path: string) =>
  path
    .replace(/^http:\/\/[^/]+/, '')
    .split('?')[0]
    ?.replace(/\/$/, '') as string

/**
 * Makes a check that an answer is one that the document has: a documented status, the body by its schema, the
 * headers by theirs. It keeps the statuses that were reached.
 */
export function checkAgainst(document: OpenApi) {
  const ajv = addFormats(new Ajv2020({ strict: false }))
  const compiled = new Map<object, ValidateFunction>()
  const templates = Object.keys(document.paths).map((template) => ({
    template,
    pattern: new RegExp(`^${bare(template).replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }))
  const reached = new Set<string>()

  function check(method: string, path: string, { status, headers, text }: Received) {
    const template = templates.find(({ pattern }) => pattern.test(bare(path)))?.template
    const operations = document.paths[template ?? ''] ?? {}
    expect(template, `${path} is documented`).toBeDefined()
    const read = method === 'HEAD' ? 'get' : method.toLowerCase()
    // A method that is none of the path's is turned away alike for all of them.
    const named = operations[read] ? [read] : Object.keys(operations)
    for (const name of named) {
      const where = `${name.toUpperCase()} ${template} ${status}`
      const responses = operations[name]?.responses
      const documented = responses?.[status] ?? responses?.[`${String(status)[0]}XX`]
      expect(documented, `${where} is documented`).toBeDefined()
      reached.add(where)
      const json = documented?.content?.['application/json']
      if (json && method !== 'HEAD') expectValid(json.schema, JSON.parse(text), `${where}: the body`)
      else expect(text, `${where} has no body`).toBe('')
      for (const [header, described] of Object.entries(documented?.headers ?? {})) {
        const { schema } = described.$ref ? referred(described.$ref) : described
        expectValid(schema as object, headers[header], `${where}: ${header}`)
      }
    }
  }

  const referred = (ref: string) => document.components.headers[ref.split('/').at(-1) as string] as { schema: object }

  function expectValid(schema: object, value: unknown, what: string) {
    let valid = compiled.get(schema)
    // References lead into the components, wherever the schema stands.
    valid ??= ajv.compile({ ...schema, components: document.components })
    compiled.set(schema, valid)
    expect(valid(value) ? [] : valid.errors, what).toEqual([])
  }

  return Object.assign(check, { reached })
}
