import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser'

/** A catalogue, or a part of one. */
export interface Catalogue {
  [key: string]: string | Catalogue
}

/** Every message by its whole key, such as `signIn.title`. */
export function flatten(catalogue: Catalogue, prefix = ''): Map<string, string> {
  const found = Object.entries(catalogue).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${prefix}${key}`, value]] : [...flatten(value, `${prefix}${key}.`)],
  )
  return new Map(found)
}

/**
 * What is wrong with a translation, one line for each problem.
 * @param formats the language's BCP 47 tag
 * @param same the keys of messages that read the same in both languages
 */
export function problemsOf(formats: string, translated: Catalogue, english: Catalogue, same: string[] = []): string[] {
  const [own, original] = [flatten(translated), flatten(english)]
  const missing = [...original.keys()].filter((key) => !own.has(key)).map((key) => `${key} is missing`)
  const unknown = [...own.keys()].filter((key) => !original.has(key)).map((key) => `${key} is not in English`)
  const wrong = [...original].flatMap(([key, message]) => {
    const translation = own.get(key)
    if (translation === undefined) return []
    const problems = messageProblems(formats, translation, message)
    const untranslated = translation === message && !same.includes(key)
    return [...(untranslated ? ['is not translated'] : []), ...problems].map((problem) => `${key} ${problem}`)
  })
  return [...missing, ...unknown, ...wrong]
}

/** What is wrong with one message: its syntax, its arguments or its plural forms. */
export function messageProblems(formats: string, translation: string, original: string): string[] {
  if (translation.trim() === '') return ['is empty']
  let elements: MessageFormatElement[]
  try {
    elements = parse(translation)
  } catch (error) {
    return [`cannot be read: ${(error as Error).message}`]
  }
  const [own, expected] = [argumentsOf(elements), argumentsOf(parse(original))]
  return [
    ...[...expected].filter((name) => !own.has(name)).map((name) => `lacks ${name}`),
    ...[...own].filter((name) => !expected.has(name)).map((name) => `has ${name}, which English does not have`),
    ...pluralProblems(formats, elements),
  ]
}

/** The arguments with their kinds, the tags, and the cases of each select and the exact cases of each plural. */
function argumentsOf(elements: MessageFormatElement[], found = new Set<string>()): Set<string> {
  for (const element of elements) {
    switch (element.type) {
      case TYPE.literal:
      case TYPE.pound:
        break
      case TYPE.tag:
        found.add(`<${element.value}>`)
        argumentsOf(element.children, found)
        break
      case TYPE.select:
      case TYPE.plural:
        for (const [name, { value }] of Object.entries(element.options)) {
          const isForm = element.type === TYPE.plural && !name.startsWith('=')
          found.add(`{${element.value}, ${TYPE[element.type]}}${isForm ? '' : ` with the case ${name}`}`)
          argumentsOf(value, found)
        }
        break
      default:
        found.add(`{${element.value}}`)
    }
  }
  return found
}

/** Plural forms that the message lacks, and forms that the language does not have. `other` is always needed. */
function pluralProblems(formats: string, elements: MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.tag) return pluralProblems(formats, element.children)
    if (element.type !== TYPE.plural && element.type !== TYPE.select) return []
    const inside = Object.values(element.options).flatMap(({ value }) => pluralProblems(formats, value))
    if (element.type === TYPE.select) return inside
    const needed = new Intl.PluralRules(formats).resolvedOptions().pluralCategories
    const forms = Object.keys(element.options).filter((name) => !name.startsWith('='))
    return [
      ...needed.filter((form) => !forms.includes(form)).map((form) => `lacks the plural form "${form}"`),
      ...forms
        .filter((form) => !needed.includes(form as Intl.LDMLPluralRule))
        .map((form) => `has the plural form "${form}", which the language does not have`),
      ...inside,
    ]
  })
}
