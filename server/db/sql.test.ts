import { expect, it } from 'vitest'
import { render, sql } from './sql'

it('passes values as parameters, in the order of the text', () => {
  const isNamed = (name: string) => sql`name = ${name} and not ${false}`
  const statement = sql`select ${1}::int from t where ${isNamed("O'Brien")} limit ${null}`
  expect(render(statement)).toEqual({
    text: 'select $1::int from t where name = $2 and not $3 limit $4',
    parameters: [1, "O'Brien", false, null],
  })
})

it('never takes the text of a value into the statement', () => {
  const { text } = render(sql`select ${'$1; drop table users'}, ${new Date(0)}, ${Buffer.from('x')}`)
  expect(text).toBe('select $1, $2, $3')
})

it('joins any number of pieces', () => {
  const joined = (...pieces: number[]) => render(sql`(${sql.join(pieces, ', ')})`)
  expect(joined()).toEqual({ text: '()', parameters: [] })
  expect(joined(7)).toEqual({ text: '($1)', parameters: [7] })
  expect(joined(7, 8, 9)).toEqual({ text: '($1, $2, $3)', parameters: [7, 8, 9] })
})

it('passes one date that occurs several times as one parameter, and equal dates as two', () => {
  const [now, same] = [new Date(1000), new Date(1000)]
  expect(render(sql`${now} ${1} ${now} ${same}`)).toEqual({
    text: '$1 $2 $1 $3',
    parameters: ['1970-01-01T00:00:01.000Z', 1, '1970-01-01T00:00:01.000Z'],
  })
})

it('quotes identifiers', () => {
  expect(render(sql`select 1 as ${sql.identifier('a "name"')}`).text).toBe('select 1 as "a ""name"""')
})
