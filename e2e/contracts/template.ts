/** What a story knows by name. */
export type Known = Record<string, string>

const PLACE = /\{([A-Za-z]*)(?:~((?:[^{}]|\{\d+\})*))?\}/g

/** Puts what is known in its places. */
export const fill = (text: string, known: Known): string =>
  text.replace(PLACE, (place, name: string) => known[name] ?? place)

/** The same in everything that can be sent as JSON. */
export function fillAll<Value>(value: Value, known: Known): Value {
  if (typeof value === 'string') return fill(value, known) as Value
  if (Array.isArray(value)) return value.map((item) => fillAll(item, known)) as Value
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillAll(item, known)])) as Value
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * Compares a text with a template to the byte, and learns what the template has names for and nobody knows yet:
 * `{name}` (whatever `otherwise` matches) or `{name~pattern}`; `{~pattern}` is matched and forgotten.
 */
export function matches(text: string, template: string, known: Known, otherwise = '[\\w-]+'): boolean {
  const names: string[] = []
  let pattern = ''
  let end = 0
  for (const place of template.matchAll(PLACE)) {
    const [whole, name = '', shape] = place
    pattern += literally(template.slice(end, place.index))
    end = place.index + whole.length
    if (known[name] !== undefined) pattern += literally(known[name])
    else if (names.includes(name)) pattern += `\\${names.indexOf(name) + 1}`
    else {
      names.push(name)
      pattern += `(${shape ?? otherwise})`
    }
  }
  const found = new RegExp(`^${pattern}${literally(template.slice(end))}$`).exec(text)
  if (!found) return false
  for (const [at, name] of names.entries()) if (name) known[name] = found[at + 1] as string
  return true
}
