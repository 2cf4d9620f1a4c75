import { execa } from 'execa'
import { expect, test } from 'vitest'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { laravel } from './laravel'

const EMAIL = 'jo@example.com'

const adopted = await createAdopted(laravel, {
  people: `insert into users (name, email, password) values ('Jo Example', '${EMAIL}', '$2y$12$old')`,
})
const recovery = createRecovery(adopted, { passwordHash: 'bcrypt' })

/** Laravel's hasher asks these two functions of PHP: for the kind of the hash, and whether the password matches. */
const PHP = 'echo password_get_info($argv[2])["algoName"], " ", password_verify($argv[1], $argv[2]) ? "yes" : "no";'
const askPhp = async (password: string) => {
  const [user] = await adopted.owner`select password from users where email = ${EMAIL}`
  return (await execa('php', ['-r', PHP, password, user?.password])).stdout
}

test('PHP recognises the hash that Latchkey set, and accepts the new password only', async () => {
  await recovery.byLink(EMAIL, 'a new passphrase of jo')
  expect(await askPhp('a new passphrase of jo')).toBe('bcrypt yes')
  expect(await askPhp('another passphrase of jo')).toBe('bcrypt no')
})
