const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Parses JSON strictly, as I-JSON requires (RFC 7493 §2.1, §2.3): no lone surrogates, and no name twice in one
 * object, because two parsers may each read a different value.
 * @returns the value, or undefined if the text is not such JSON
 */
export function parseJson(text: string): unknown {
  try {
    const value = JSON.parse(text, (key, value) => {
      if (LONE_SURROGATE.test(key) || (typeof value === 'string' && LONE_SURROGATE.test(value))) {
        throw new SyntaxError('a string with a lone surrogate')
      }
      return value
    })
    return namesAreUnique(text) ? value : undefined
  } catch (error) {
    // RangeError: the text is nested too deep for the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

/** Whether no object in `text`, which must be valid JSON, has the same name twice. */
function namesAreUnique(text: string): boolean {
  const open: (Set<string> | null)[] = [] // for each open object the names so far, for each open array null
  for (const [token, name] of text.matchAll(/[[\]{}]|("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"/g)) {
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : null)
    else if (token === '}' || token === ']') open.pop()
    else if (name) {
      const names = open.at(-1) as Set<string>
      const unescaped = JSON.parse(name) as string
      if (names.has(unescaped)) return false
      names.add(unescaped)
    }
  }
  return true
}
