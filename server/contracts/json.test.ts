import { expect, it } from 'vitest'
import { parseJson } from './json'

it('parses JSON', () => {
  for (const value of [
    {},
    [],
    null,
    'text',
    1.5,
    { a: [{ b: 'c' }, { b: 'd' }], b: { a: 1 } },
    { 'a"b': '{"a":1,"a":2}' },
  ]) {
    expect(parseJson(JSON.stringify(value))).toEqual(value)
    expect(parseJson(JSON.stringify(value, null, 2))).toEqual(value)
  }
  expect(parseJson('{"emoji":"\\ud83d\\ude00"}')).toEqual({ emoji: '😀' })
})

it('refuses text that is not JSON', () => {
  for (const text of [
    '',
    ' ',
    '{',
    '{}{}',
    "{'a':1}",
    '{"a":1,}',
    '// {}',
    'undefined',
    'NaN',
    '\u0000',
    '{"a":\u0001}',
  ]) {
    expect(parseJson(text)).toBeUndefined()
  }
})

it('refuses the same name twice in one object, however it is escaped', () => {
  for (const text of [
    '{"email":"a","email":"b"}',
    '{"email":"a","email":"a"}',
    '{ "email" : "a" , "x": {}, "email"\n: "b" }',
    '{"email":"a","\\u0065mail":"b"}',
    '{"__proto__":1,"__proto__":2}',
    '[{"x":{"a":1,"b":[],"a":2}}]',
    '{"a":"\\"","a":1}',
  ]) {
    expect(parseJson(text), text).toBeUndefined()
  }
})

it('refuses lone surrogates in strings and names', () => {
  for (const text of ['"\\ud800"', '{"a":["\\udc00x"]}', '{"\\ud800":1}', '"\\ude00\\ud83d"']) {
    expect(parseJson(text), text).toBeUndefined()
  }
})

it('treats __proto__ like any other name', () => {
  const value = parseJson('{"__proto__":{"email":"a"}}') as { email?: string }
  expect(value.email).toBeUndefined()
  expect(Object.keys(value)).toEqual(['__proto__'])
})

it('refuses nesting that is too deep for the stack, without throwing', () => {
  const deep = 8_000
  expect(() => parseJson('['.repeat(deep) + ']'.repeat(deep))).not.toThrow()
})

it('takes under a second of CPU time for 16 KiB of any pattern', () => {
  const before = process.cpuUsage()
  for (const text of ['"', '"\\', '{"a"', '"a" ', '[']) parseJson(text.repeat(16_384 / text.length))
  parseJson(`["${' '.repeat(16_000)}"]`)
  parseJson(`["a"${' '.repeat(16_000)}]`)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000_000).toBeLessThan(1)
})
