import { expect, it } from 'vitest'
import { readOptions } from './attack-options'

it('a host other than this machine is refused, unless it is said to be the own one', () => {
  for (const address of [
    'https://accounts.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'http://127.0.0.2',
  ]) {
    expect(() => readOptions([address]), address).toThrow('add --i-own-this-host')
    expect(readOptions([address, '--i-own-this-host']).origin).toBe(address)
  }
  for (const address of ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:3000']) {
    expect(readOptions([address]).origin).toBe(address)
    expect(() => readOptions([address, '--server', 'http://10.0.0.1:3000'])).toThrow('10.0.0.1')
  }
})

it.each([
  [[], 'Usage'],
  [['http://localhost', 'http://localhost'], 'Usage'],
  [['localhost:3000'], 'is not an address'],
  [['ftp://localhost'], 'is not an address'],
  [['http://localhost', '--parallel', 'many'], '--parallel must be'],
  [['http://localhost', '--force'], 'Unknown option'],
])('%j: the error says what to give', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})

it('what is given is read: account, mailbox command and several servers', () => {
  const args = ['http://localhost:3000/sign-in', '--account', 'a@example.com', '--read-email', 'cat newest']
  const servers = ['--server', 'http://127.0.0.1:3001', '--server', 'http://127.0.0.1:3002/']
  expect(readOptions([...args, ...servers, '--password-stdin'])).toEqual({
    origin: 'http://localhost:3000',
    servers: ['http://127.0.0.1:3001', 'http://127.0.0.1:3002'],
    account: 'a@example.com',
    username: undefined,
    readEmail: 'cat newest',
    passwordStdin: true,
    parallel: 50,
  })
})
