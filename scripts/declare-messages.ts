import fs from 'node:fs'
import path from 'node:path'

const MESSAGES = path.resolve(import.meta.dirname, '..', 'messages')

/** The file with the types of the English catalogue. It repeats each message, so that TypeScript checks its arguments. */
export const DECLARATION = path.join(MESSAGES, 'en.d.json.ts')

/** The content of that file. From a JSON file itself, TypeScript knows each message only as a string. */
export const declaration = (): string =>
  `// Made from en.json by \`npm run format\`. Do not edit.
declare const messages: ${fs.readFileSync(path.join(MESSAGES, 'en.json'), 'utf8').trim()}
export default messages
`
