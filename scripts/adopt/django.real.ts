import { expect, test } from 'vitest'
import { adopt, createApplicationDatabase } from '@/server/testing/adopt/adopted'
import { createDjangoProject } from '@/server/testing/adopt/django-project'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { django } from './django'

test('Django signs in with the password that Latchkey set, refuses the old one, and has ended the sessions', async () => {
  const database = await createApplicationDatabase()
  const project = await createDjangoProject(database.ownerUrl)
  await project.createUser('jo', 'jo@example.com', 'the old passphrase of jo')
  await project.createUser('sam', 'sam@example.com', 'the old passphrase of sam')
  const session = await project.signIn('jo', 'the old passphrase of jo')
  const other = await project.signIn('sam', 'the old passphrase of sam')
  expect(await project.whoami(session)).toBe('jo')

  const adopted = await adopt(database, django)
  expect(adopted.generated.plan.found[0]).toMatch(/^users table public.auth_user/)

  const { PASSWORD_HASH } = adopted.generated.plan.environment
  expect(PASSWORD_HASH).toBe('django-pbkdf2-sha256')
  await createRecovery(database, { passwordHash: PASSWORD_HASH }).byLink(
    'jo@example.com',
    'a new passphrase of jo',
    'JO',
  )

  expect(await project.authenticates('jo', 'the old passphrase of jo')).toBe(false)
  expect(await project.authenticates('jo', 'a new passphrase of jo')).toBe(true)
  expect(await project.whoami(session)).toBe('')
  expect(await project.whoami(other)).toBe('sam')
})
