const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * JSON as programs may rely on each other to read it (I-JSON, RFC 7493 §2.1, §2.3): no lone surrogates, and no
 * name twice in an object, of which two readers would each believe another one.
 * @returns what it says, or undefined when it is not that.
 */
export function parseJson(text: string): unknown {
  try {
    const value = JSON.parse(text, (key, value) => {
      if (LONE_SURROGATE.test(key) || (typeof value === 'string' && LONE_SURROGATE.test(value))) {
        throw new SyntaxError('a string that is no text')
      }
      return value
    })
    return namesAreUnique(text) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

/** Looks at the names of every object in `text`, which is JSON. */
function namesAreUnique(text: string): boolean {
  const open: (Set<string> | null)[] = [] // the names seen so far, or null for an array
  for (const [token, name] of text.matchAll(/[[\]{}]|("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"/g)) {
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : null)
    else if (token === '}' || token === ']') open.pop()
    else if (name) {
      const names = open.at(-1) as Set<string>
      const read = JSON.parse(name) as string
      if (names.has(read)) return false
      names.add(read)
    }
  }
  return true
}
