import { expect, it } from 'vitest'
import { buildVariables } from './build'

it('two builds of the same code get the same id and the same key, and a build of other code gets others', () => {
  const [digest, other] = ['a'.repeat(64), 'b'.repeat(64)]
  const { LATCHKEY_BUILD_ID: id, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: key } = buildVariables(digest)
  expect(buildVariables(digest)).toEqual({ LATCHKEY_BUILD_ID: id, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: key })
  expect(Buffer.from(key, 'base64')).toHaveLength(32)
  expect(buildVariables(other).LATCHKEY_BUILD_ID).not.toBe(id)
  expect(buildVariables(other).NEXT_SERVER_ACTIONS_ENCRYPTION_KEY).not.toBe(key)
  expect(buildVariables('ad'.repeat(32)).LATCHKEY_BUILD_ID).not.toContain('ad')
})
