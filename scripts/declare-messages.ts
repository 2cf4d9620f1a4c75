import fs from 'node:fs'
import path from 'node:path'

const MESSAGES = path.resolve(import.meta.dirname, '..', 'messages')

/** Where the types of the English catalogue are. They hold each message itself, so that its arguments are checked. */
export const DECLARATION = path.join(MESSAGES, 'en.d.json.ts')

/** The content that the types must have: TypeScript reads only types from a JSON file, and no texts. */
export const declaration = (): string =>
  `// Made from en.json by \`npm run format\`. Do not edit.
declare const messages: ${fs.readFileSync(path.join(MESSAGES, 'en.json'), 'utf8').trim()}
export default messages
`
