import { gzipSync } from 'node:zlib'
import type { HttpRequest } from './http-client'

export const JSON_TYPE = { 'content-type': 'application/json' }

const DEPTH = 2_000

/** Requests whose body is not declared as plain JSON. */
export const NOT_DECLARED_AS_JSON: [string, Partial<HttpRequest>][] = [
  ['text', { headers: { 'content-type': 'text/plain' } }],
  ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ['a form without a body', { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '' }],
  ['two types', { headers: { 'content-type': 'application/json, text/plain' } }],
  ['no type', { headers: {} }],
  ['gzip, declared', { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync('{}') }],
]

/** Bodies that count as an object without fields. */
export const WITHOUT_FIELDS: [string, string][] = [
  ['nothing', ''],
  ['an empty object', '{}'],
  ['__proto__', '{"__proto__":{"email":"john@example.com","account":"john","token":"x"}}'],
  ['constructor', '{"constructor":{"prototype":{"email":"john@example.com"}}}'],
  ['nested objects', `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`],
]

/** Bodies that are not a JSON object, or one that two parsers could read differently (RFC 7493 §2.1, §2.3). */
export const NOT_AN_OBJECT: [string, string | Buffer][] = [
  ['broken', '{"email":'],
  ['two values', '{}{}'],
  ['a comment', '{}//'],
  ['a name twice', '{"email":"john@example.com","email":"jane@example.com"}'],
  ['a name twice, once escaped', '{"account":"john","a\\u0063count":"jane"}'],
  ['an array', '[]'],
  ['an array of one', '[{"email":"john@example.com"}]'],
  ['null', 'null'],
  ['a string', '"john@example.com"'],
  ['a number', '1e999'],
  ['nested arrays', `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`],
  ['NUL', '\u0000'],
  ['a lone surrogate', '{"email":"\\ud800@example.com","account":"\\udc00","token":"\\ud800"}'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['UTF-16', Buffer.from('{"email":"john@example.com"}', 'utf16le')],
  ['gzip, not declared', gzipSync('{"email":"john@example.com"}')],
]

/** Field values that are not strings. */
export const NOT_A_STRING = [null, true, 0, 904854, 1e308, [], ['john@example.com'], {}, { $ne: null }, [['x']]]
