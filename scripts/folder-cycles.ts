import path from 'node:path'

/** A module as dependency-cruiser reports it with `--output-type=json`. */
export interface CruisedModule {
  source: string
  dependencies: { resolved: string }[]
}

/** A folder; or a file at the top, of the composition root or of a command, which are parts of their own. */
const partOf = (file: string) => (/^((server|scripts)\/)?[^/]+$/.test(file) ? file : path.dirname(file))

const isTest = (file: string) => /\.(test|spec|real)\.tsx?$/.test(file)

/**
 * Finds folders that import each other, directly or through others, from the imports of their files.
 * @returns every folder of a cycle, or of a path between two cycles; empty when there is no cycle
 */
export function findFolderCycles(modules: CruisedModule[]): string[] {
  const sources = new Set(modules.map(({ source }) => source).filter((source) => !source.includes('node_modules')))
  const imports = new Map<string, Set<string>>()
  for (const { source, dependencies } of modules) {
    if (!sources.has(source) || isTest(source)) continue
    const from = partOf(source)
    const targets = imports.get(from) ?? new Set()
    for (const { resolved } of dependencies) {
      if (sources.has(resolved) && partOf(resolved) !== from) targets.add(partOf(resolved))
    }
    imports.set(from, targets)
  }
  return withoutEnds(imports)
}

/** Removes folders that import no other one, and those that no other one imports, until only cycles are left. */
function withoutEnds(imports: Map<string, Set<string>>): string[] {
  let left = [...imports.keys()]
  for (let before = Number.POSITIVE_INFINITY; left.length < before; ) {
    before = left.length
    const imported = new Set(left.flatMap((folder) => [...(imports.get(folder) ?? [])]))
    left = left.filter((folder) => imported.has(folder) && left.some((other) => imports.get(folder)?.has(other)))
  }
  return left.sort()
}
