import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from '@swc/core'
import { expect, it } from 'vitest'

// A page sends its client components only the parts of the catalogue that it names (app/_language/client-texts.tsx). A
// part that it forgets shows as its key, in the browser and only in the state that uses it.

const APP = path.resolve(import.meta.dirname, '..', 'app')

// biome-ignore lint/suspicious/noExplicitAny: a node of the syntax tree, of any type
type Node = Record<string, any>

/** A module of the app, as far as its texts matter. */
interface Module {
  directive: string | undefined
  /** The files that it imports from the app, by the name that it gives to what it imports. */
  imports: Map<string, string>
  /** The parts of the catalogue that it names itself. */
  texts: string[]
  tree: Node
}

/** Every node below this one, and itself. `skip` leaves out a node with all that is below it. */
function* nodesOf(value: unknown, skip: (node: Node) => boolean = () => false): Generator<Node> {
  if (typeof value !== 'object' || value === null || skip(value as Node)) return
  if ('type' in value) yield value as Node
  for (const child of Object.values(value)) yield* nodesOf(child, skip)
}

const callsOf = (tree: Node, name: string) =>
  [...nodesOf(tree)].filter(({ type, callee }) => type === 'CallExpression' && callee.value === name)

function parse(file: string, source: string): Module {
  const tree = parseSync(source, { syntax: 'typescript', tsx: file.endsWith('x') }) as Node
  const imports = new Map<string, string>()
  for (const { specifiers, source: from, typeOnly } of tree.body.filter(
    (one: Node) => one.type === 'ImportDeclaration',
  )) {
    const imported = typeOnly ? undefined : resolve(file, from.value)
    for (const { local, isTypeOnly } of imported ? specifiers : [])
      if (!isTypeOnly) imports.set(local.value, imported as string)
  }
  const texts = callsOf(tree, 'useTranslations').map(({ arguments: [part] }) => {
    if (part?.expression.type !== 'StringLiteral')
      throw new Error(`${file}: useTranslations without the name of a part`)
    return part.expression.value as string
  })
  return { directive: tree.body[0]?.expression?.value, imports, texts, tree }
}

const modules = new Map<string, Module>()

function moduleAt(file: string): Module {
  const known = modules.get(file) ?? parse(file, readFileSync(file, 'utf8'))
  modules.set(file, known)
  return known
}

/** The file of an import, if it is one of the app. */
function resolve(from: string, name: string): string | undefined {
  if (!/^(\.|@\/app\/)/.test(name)) return undefined
  const base = name.startsWith('.')
    ? path.resolve(path.dirname(from), name)
    : path.join(APP, name.slice('@/app/'.length))
  return ['.ts', '.tsx'].map((ending) => base + ending).find((file) => existsSync(file))
}

/** The parts that the client components among a file and its imports use. */
function textsOfClient(file: string, inClient = false, seen = new Set<string>()): string[] {
  const { directive, texts, imports } = moduleAt(file)
  const isClient = inClient || directive === 'use client'
  const key = `${file} ${isClient}`
  if (seen.has(key) || directive === 'use server') return []
  seen.add(key)
  return [...(isClient ? texts : []), ...[...imports.values()].flatMap((each) => textsOfClient(each, isClient, seen))]
}

const isClientTexts = ({ type, opening }: Node) => type === 'JSXElement' && opening.name.value === 'ClientTexts'

/** The parts used by the components that this piece of a module shows, including those that are declared beside it. */
function textsShown({ imports, tree }: Module, shown: unknown, skip?: (node: Node) => boolean): string[] {
  const names = [...nodesOf(shown, skip)]
    .filter(({ type }) => type === 'JSXOpeningElement')
    .map(({ name }) => name.value)
  return names.flatMap((name: string) => {
    const file = imports.get(name)
    if (file) return textsOfClient(file)
    const beside = tree.body.find((one: Node) => one.type === 'FunctionDeclaration' && one.identifier.value === name)
    return beside ? textsShown({ imports, tree } as Module, beside.body) : []
  })
}

const sorted = (parts: string[]) => [...new Set(parts)].sort()

/** What a page sends, and what its client components use: inside of its ClientTexts, and outside, where the layout's is. */
function partsOf(page: Module) {
  const sent = [...nodesOf(page.tree)].filter(isClientTexts).map((element) => ({
    sent: sorted(
      element.opening.attributes
        .find(({ name }: Node) => name.value === 'parts')
        .value.expression.elements.map(({ expression }: Node) => expression.value),
    ),
    used: sorted(textsShown(page, element.children)),
  }))
  const shown = page.tree.body.find(({ type }: Node) => type === 'ExportDefaultDeclaration')
  return { sent, outside: sorted(textsShown(page, shown, isClientTexts)) }
}

const files = readdirSync(APP, { recursive: true })
  .map((name) => path.join(APP, String(name)))
  .filter((file) => /[/\\](page|layout|error|not-found|loading|template)\.tsx$/.test(file))
const layout = path.join(APP, 'layout.tsx')
const pages = files.filter((file) => file !== layout)

const sending = pages.filter((file) => partsOf(moduleAt(file)).sent.length > 0)
it.each(sending.map((file) => [path.relative(APP, file), file]))(
  '%s sends every part of the catalogue that its client components use, and no other',
  (_, file) => {
    for (const { sent, used } of partsOf(moduleAt(file)).sent) expect(sent).toEqual(used)
  },
)

it('the layout sends what client components outside of them use, and no more', () => {
  const outside = pages.flatMap((file) => {
    const page = moduleAt(file)
    return page.directive === 'use client' ? textsOfClient(file) : partsOf(page).outside
  })
  expect(partsOf(moduleAt(layout)).sent[0]?.sent).toEqual(sorted(outside))
})

it('finds a part that is missing, however deep the component that uses it, and one too many', () => {
  const file = path.join(APP, 'forgot-password', 'code', 'page.tsx')
  const source = readFileSync(file, 'utf8')
  const partsWith = (changed: string) => partsOf(parse(file, changed)).sent[0]
  expect(partsWith(source)?.used).toContain('retry') // of the reload button, four files away
  const missing = partsWith(source.replace("'retry', ", ''))
  expect(missing?.sent).not.toEqual(missing?.used)
  const unused = partsWith(source.replace("'retry', ", "'retry', 'stopEmails', "))
  expect(unused?.sent).not.toEqual(unused?.used)
})
