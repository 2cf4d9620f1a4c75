import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '@/scripts/environment'
import { variables } from '@/server/settings/variables'

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] as string)

describe('the files in deploy/', () => {
  it('use the Node.js that is pinned', () => {
    const { node } = JSON.parse(read('package.json')).devDependencies
    expect(matches(read('deploy/Dockerfile'), /^FROM node:([\d.]+)-/gm)).toEqual([node, node])
  })

  it('name the version of every other image', () => {
    const images = matches(read('deploy/compose.yaml'), /^ +image: (.+)$/gm).filter((name) => name !== 'latchkey')
    expect(images.length).toBeGreaterThan(0)
    expect(images.filter((name) => !/:v?\d/.test(name))).toEqual([])
  })

  it('run commands of the image', () => {
    const commands = [
      ...matches(read('deploy/compose.yaml'), /command: \["([a-z]+)"/g),
      ...matches(read('deploy/latchkey.service'), /^Exec\w+=.*latchkey\.mjs ([a-z]+)$/gm),
      ...matches(read('deploy/Dockerfile'), /^CMD \["([a-z]+)"\]$/gm),
    ]
    expect(commands).toEqual(expect.arrayContaining(['migrate', 'worker', 'server']))
    const missing = commands.filter(
      (name) => name !== 'server' && !existsSync(path.join(ROOT, 'scripts', `${name}.ts`)),
    )
    expect(missing).toEqual([])
  })

  it('set variables that the server reads', () => {
    const [, own = ''] = /environment: &environment\n((?: {4}[A-Z_]+: .*\n)+)/.exec(read('deploy/compose.yaml')) ?? []
    const names = matches(own, /^ {4}([A-Z_]+):/gm)
    expect(names).toContain('DATABASE_POOLING')
    expect(names.filter((name) => !(name in variables.shape))).toEqual([])
  })

  it('keep secrets out of the image', () => {
    const ignored = read('deploy/Dockerfile.dockerignore').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['**/.env*', '**/*.env'])) // the documents use deploy/latchkey.env
  })
})

it('vercel.json calls a route that exists, as its function', () => {
  const { crons, functions } = JSON.parse(read('vercel.json'))
  expect(Object.keys(functions)).toEqual(crons.map(({ path }: { path: string }) => `app${path}/route.ts`))
  expect(Object.keys(functions).filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([])
})
