import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { CliError, main } from './cli-error'
import { ROOT } from './environment'
import { DEFENCES, type Edit, type Mutation } from './mutations/defences'
import { shutdownSignal } from './shutdown'

/**
 * `npm run mutations [-- <part of a defence's name>]`: takes each defence out of a copy of this clone, and runs the test
 * that must notice. Prints one line for each. Exits with 1 if a test passes without its defence, or fails with it.
 */

const VITEST = path.join('node_modules', '.bin', 'vitest')

interface Assertion {
  fullName: string
  status: string
}

/** Copies the files that git knows or would add. The packages are linked. */
async function copyClone(folder: string) {
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  for (const file of new Set(stdout.split('\0').filter(Boolean))) {
    const target = path.join(folder, file)
    await fs.mkdir(path.dirname(target), { recursive: true })
    // A file that was deleted and not committed yet is still listed.
    await fs.copyFile(path.join(ROOT, file), target).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
  await fs.symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Runs the named tests of some files, and returns how each ended. */
async function runTests(folder: string, mutations: readonly Mutation[], shutdown: AbortSignal): Promise<Assertion[]> {
  const report = path.join(folder, 'mutations.json')
  await fs.rm(report, { force: true })
  const files = [...new Set(mutations.map(({ test }) => test))]
  const names = [...new Set(mutations.map(({ name }) => escaped(name)))].join('|')
  const options = ['--project', 'own', '-t', names, '--reporter=json', `--outputFile.json=${report}`]
  const { all } = await execa(path.join(folder, VITEST), ['run', ...options, ...files], {
    cwd: folder,
    reject: false,
    all: true,
    cancelSignal: shutdown,
    env: { TEST_ALL: '' },
  })
  const text = await fs.readFile(report, 'utf8').catch(() => {
    throw new CliError(`The tests did not run:\n${all}`)
  })
  const results = JSON.parse(text).testResults as { assertionResults: Assertion[] }[]
  return results.flatMap(({ assertionResults }) => assertionResults)
}

const ofMutation = ({ name }: Mutation, assertions: Assertion[]) =>
  assertions.filter(({ fullName, status }) => fullName.includes(name) && status !== 'skipped' && status !== 'pending')

/** Makes an edit; returns the file as it was, or null if the text is not in it exactly once. */
async function edit(folder: string, { file, from, to }: Edit): Promise<string | null> {
  const name = path.join(folder, file)
  const before = await fs.readFile(name, 'utf8').catch(() => '')
  if (before.split(from).length !== 2) return null
  await fs.writeFile(
    name,
    before.replace(from, () => to),
  )
  return before
}

/** Takes a defence out, runs its test, and puts the defence back. Returns why the test proves nothing, or null if it does. */
async function mutate(folder: string, mutation: Mutation, shutdown: AbortSignal): Promise<string | null> {
  const undo: [file: string, text: string][] = []
  try {
    for (const each of [mutation, ...(mutation.also ? [mutation.also] : [])]) {
      const before = await edit(folder, each)
      if (before === null) return `the text to replace is not in ${each.file} exactly once`
      undo.unshift([each.file, before])
    }
    const assertions = ofMutation(mutation, await runTests(folder, [mutation], shutdown))
    if (assertions.length === 0) return `no test "${mutation.name}" ran`
    return assertions.some(({ status }) => status === 'failed') ? null : 'its test passes without it'
  } finally {
    for (const [file, text] of undo) await fs.writeFile(path.join(folder, file), text)
  }
}

/** The tests that fail, or do not exist, while every defence is in place. */
async function brokenBefore(folder: string, mutations: readonly Mutation[], shutdown: AbortSignal): Promise<string[]> {
  const assertions = await runTests(folder, mutations, shutdown)
  return mutations
    .filter((mutation) => {
      const own = ofMutation(mutation, assertions)
      return own.length === 0 || own.some(({ status }) => status !== 'passed')
    })
    .map(({ test, name }) => `${test}: ${name}`)
}

await main(async () => {
  const shutdown = shutdownSignal()
  const [part = ''] = process.argv.slice(2)
  const mutations = DEFENCES.filter(({ defence, test }) =>
    `${defence} ${test}`.toLowerCase().includes(part.toLowerCase()),
  )
  if (mutations.length === 0) throw new CliError(`No defence has "${part}" in its name.`)
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-mutations-'))
  await fs.chmod(folder, 0o711)
  let survived = 0
  try {
    await copyClone(folder)
    const broken = await brokenBefore(folder, mutations, shutdown)
    if (broken.length > 0)
      throw new CliError(`Tests that do not pass with the defences in place:\n${broken.join('\n')}`)
    for (const mutation of mutations) {
      const failure = await mutate(folder, mutation, shutdown)
      if (failure) survived += 1
      console.log(`${failure ? 'NOT NOTICED' : 'noticed'}  ${mutation.defence}${failure ? `: ${failure}` : ''}`)
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
  console.log(`${mutations.length - survived} of ${mutations.length} noticed`)
  if (survived > 0) process.exitCode = 1
})
process.exit(process.exitCode ?? 0)
