import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { BackendKey } from './cancel-statement'
import { type ConnectError, connectError } from './open-socket'

const PROTOCOL_VERSION = 3 << 16
const READY_FOR_QUERY = 'Z'.charCodeAt(0)
const ERROR_RESPONSE = 'E'.charCodeAt(0)
const AUTHENTICATION = 'R'.charCodeAt(0)
const BACKEND_KEY = 'K'.charCodeAt(0)
/** Requests for the password as plain text and as MD5. */
const PASSWORD_REQUESTS = [3, 5]

/** The first message of a connection: who connects to which database, with which settings. */
export function startupMessage(parameters: Record<string, string>): Buffer {
  const text = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`)
  const body = Buffer.from(`${text.join('')}\0`)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(head.length + body.length, 0)
  head.writeUInt32BE(PROTOCOL_VERSION, 4)
  return Buffer.concat([head, body])
}

/**
 * Watches the answer of a PostgreSQL server to the startup message (PostgreSQL documentation, "Message Flow"). An error in
 * it becomes an error of the socket: postgres.js could report it to a later statement instead.
 * @param keepsPassword refuses a server that asks for the password itself
 * @param onKey receives the key of the session, if the server sends one
 * @returns undefined once the server is ready for statements, else why it is not
 */
export function startupResult(
  socket: Socket,
  keepsPassword = false,
  onKey: (key: BackendKey) => void = () => {},
): Promise<ConnectError | undefined> {
  return new Promise((resolve) => {
    const { emit } = socket
    let received = Buffer.alloc(0)
    const settle = (result?: ConnectError) => {
      socket.emit = emit
      socket.off('close', onClose).off('error', settle)
      resolve(result)
    }
    const onClose = () => settle(connectError('CONNECTION_CLOSED', 'the server closed the connection'))
    socket.on('close', onClose).on('error', settle)
    socket.emit = (event: string | symbol, ...values: unknown[]) => {
      if (event === 'data') {
        received = Buffer.concat([received, values[0] as Buffer])
        const answer = readAnswer(received, keepsPassword, onKey)
        if (answer instanceof Error) return Boolean(socket.destroy(answer))
        if (answer === 'ready') settle()
      }
      return (emit as EventEmitter['emit']).call(socket, event, ...values)
    }
  })
}

/** How the startup ended: undefined while more of it must be read. */
function readAnswer(
  received: Buffer,
  keepsPassword: boolean,
  onKey: (key: BackendKey) => void,
): ConnectError | 'ready' | undefined {
  let rest = received
  // A message: one byte for its type, four for the length of the rest, themselves included.
  while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
    const end = rest.readUInt32BE(1) + 1
    if (rest[0] === READY_FOR_QUERY) return 'ready'
    if (rest[0] === ERROR_RESPONSE) return readError(rest.subarray(5, end))
    if (keepsPassword && rest[0] === AUTHENTICATION && PASSWORD_REQUESTS.includes(rest.readUInt32BE(5)))
      return connectError('PASSWORD_REFUSED', 'the server asks for the password instead of proving that it knows it')
    if (rest[0] === BACKEND_KEY) onKey({ pid: rest.readUInt32BE(5), secret: rest.readUInt32BE(9) })
    rest = rest.subarray(end)
  }
  return undefined
}

/** The fields of an error: a letter, and text that ends with a zero byte. */
function readError(fields: Buffer): ConnectError {
  const texts = fields.toString('utf8').split('\0')
  const field = (letter: string) => texts.find((text) => text.startsWith(letter))?.slice(1)
  return connectError(field('C') ?? 'CONNECTION_CLOSED', field('M') ?? 'the server refused the connection')
}
