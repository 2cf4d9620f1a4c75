import { expect, it, onTestFinished, vi } from 'vitest'
import { parseArguments } from './arguments'
import { CliError } from './cli-error'

const USAGE = 'npm run example -- --name NAME'
const options = { name: { type: 'string' } } as const

it.each([['--help'], ['-h'], ['--unknown', '--help']])('%s prints the usage, and ends with exit code 0', (...args) => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('ended')
  })
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  onTestFinished(() => void vi.restoreAllMocks())
  expect(() => parseArguments(USAGE, { options, args })).toThrow('ended')
  expect(exit).toHaveBeenCalledWith(0)
  expect(print).toHaveBeenCalledWith(`Usage: ${USAGE}`)
})

it.each([
  [['--unknown'], "Unknown option '--unknown'."],
  [['--name'], "Option '--name <value>' argument missing."],
  [['more'], "Unexpected argument 'more'. This command does not take positional arguments."],
])('%j is refused with the usage', (args, what) => {
  const refusal = new CliError(`${what}\nUsage: ${USAGE}`)
  expect(() => parseArguments(USAGE, { options, args })).toThrow(refusal)
  if (args[0] !== 'more')
    expect(() => parseArguments(USAGE, { options, args, allowPositionals: true })).toThrow(refusal)
})

it('arguments are read', () => {
  expect(parseArguments(USAGE, { options, args: ['--name', 'Ada'] }).values.name).toBe('Ada')
})
