/** Values of placeholders, by name; see `scenarios/scenario.ts`. */
export type Placeholders = Record<string, string>

const PLACEHOLDER = /\{([A-Za-z]*)(?:~((?:[^{}]|\{\d+\})*))?\}/g

/** Replaces the placeholders that have a value. */
export const fill = (text: string, values: Placeholders): string =>
  text.replace(PLACEHOLDER, (placeholder, name: string) => values[name] ?? placeholder)

/** Does the same for every string of a JSON value. */
export function fillAll<Value>(value: Value, values: Placeholders): Value {
  if (typeof value === 'string') return fill(value, values) as Value
  if (Array.isArray(value)) return value.map((item) => fillAll(item, values)) as Value
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillAll(item, values)])) as Value
}

const escapeForPattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * True when a text equals a template byte for byte. A placeholder without a value matches its own pattern, or
 * `defaultPattern`, and adds what it matched to `values`.
 */
export function matchTemplate(text: string, template: string, values: Placeholders, defaultPattern = '[\\w-]+') {
  const captured: string[] = []
  let pattern = ''
  let end = 0
  for (const placeholder of template.matchAll(PLACEHOLDER)) {
    const [whole, name = '', ownPattern] = placeholder
    pattern += escapeForPattern(template.slice(end, placeholder.index))
    end = placeholder.index + whole.length
    if (values[name] !== undefined) pattern += escapeForPattern(values[name])
    else if (captured.includes(name)) pattern += `\\${captured.indexOf(name) + 1}`
    else {
      captured.push(name)
      pattern += `(${ownPattern ?? defaultPattern})`
    }
  }
  const match = new RegExp(`^${pattern}${escapeForPattern(template.slice(end))}$`).exec(text)
  if (!match) return false
  for (const [index, name] of captured.entries()) if (name) values[name] = match[index + 1] as string
  return true
}
