import { expect } from '@playwright/test'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { HttpResponse } from './http-client'

interface DocumentedResponse {
  headers?: Record<string, { $ref?: string; required?: boolean; schema?: object }>
  content?: { 'application/json'?: { schema: object } }
}

export interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, DocumentedResponse> }>>
  components: { headers: Record<string, { required?: boolean; schema: object }> }
}

/** A path without an origin, a query and a trailing slash. */
const barePath = (path: string) =>
  path
    .replace(/^http:\/\/[^/]+/, '')
    .split('?')[0]
    ?.replace(/\/$/, '') as string

/**
 * Returns a function that expects a response to be documented: its status, its body by the schema, its headers by
 * theirs. The function's `answeredStatuses` collects the documented statuses it has seen.
 */
export function createValidator(document: OpenApi) {
  const ajv = addFormats(new Ajv2020({ strict: false }))
  const compiled = new Map<object, ValidateFunction>()
  const paths = Object.keys(document.paths).map((documented) => ({
    documented,
    pattern: new RegExp(`^${barePath(documented).replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }))
  const answeredStatuses = new Set<string>()

  function validate(method: string, path: string, { status, headers, text }: HttpResponse) {
    const documentedPath = paths.find(({ pattern }) => pattern.test(barePath(path)))?.documented
    const operations = document.paths[documentedPath ?? ''] ?? {}
    expect(documentedPath, `${path} is documented`).toBeDefined()
    const operation = method === 'HEAD' ? 'get' : method.toLowerCase()
    // A method that the path does not have is refused in the same way for each that it has.
    const names = operations[operation] ? [operation] : Object.keys(operations)
    for (const name of names) {
      const where = `${name.toUpperCase()} ${documentedPath} ${status}`
      const responses = operations[name]?.responses
      const response = responses?.[status] ?? responses?.[`${String(status)[0]}XX`]
      expect(response, `${where} is documented`).toBeDefined()
      answeredStatuses.add(where)
      const json = response?.content?.['application/json']
      if (json && method !== 'HEAD') expectValid(json.schema, JSON.parse(text), `${where}: the body`)
      else expect(text, `${where} has no body`).toBe('')
      for (const [header, described] of Object.entries(response?.headers ?? {})) {
        const { schema } = described.$ref ? resolveHeader(described.$ref) : described
        expectValid(schema as object, headers[header], `${where}: ${header}`)
      }
    }
  }

  const resolveHeader = (ref: string) =>
    document.components.headers[ref.split('/').at(-1) as string] as { schema: object }

  function expectValid(schema: object, value: unknown, what: string) {
    let valid = compiled.get(schema)
    // References point into the components from wherever the schema is.
    valid ??= ajv.compile({ ...schema, components: document.components })
    compiled.set(schema, valid)
    expect(valid(value) ? [] : valid.errors, what).toEqual([])
  }

  return Object.assign(validate, { answeredStatuses })
}
