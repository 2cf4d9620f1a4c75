import { expect, it } from 'vitest'
import { statedProcedures } from './openapi'

const procedures = statedProcedures()

it('finds the procedures of every router', () => {
  const routers = new Set(procedures.map(([name]) => name.split('.')[0]))
  expect([...routers].sort()).toEqual(['account', 'recovery', 'session'])
})

it.each(procedures)('%s states its summary and its output', (_, { meta, output }) => {
  expect(meta?.summary ?? '').toMatch(/^[A-Z].*[^.]$/)
  expect(output).toHaveProperty('_zod')
})

it('marks exactly the procedures of the account router as those for a signed-in caller', () => {
  const signedIn = procedures.filter(([, { meta }]) => meta?.signedIn).map(([name]) => name)
  expect(signedIn).toEqual(procedures.map(([name]) => name).filter((name) => name.startsWith('account.')))
})
