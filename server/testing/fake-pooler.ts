import { randomInt } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A pooler in front of a real PostgreSQL that does what poolers in transaction mode do: each transaction runs in the session
 * that was used last, and connections get a made-up session id. `npm run test:all` runs the same tests with PgBouncer.
 */
export interface FakePooler {
  url: string
  close(): void
}

/** What a pooler does with settings at the start of a connection: PgBouncer refuses them, Supavisor ignores them. */
export type SettingsPolicy = 'refuse' | 'ignore'

const TRACKED_SETTINGS = ['user', 'database', 'client_encoding', 'application_name']
const CODE = { backendKey: 'K', readyForQuery: 'Z', query: 'Q', sync: 'S' } as const
const IDLE = 'I'.charCodeAt(0)

const message = (type: string, body: Buffer) => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), head, body])
}

/** Calls back with each complete message of a stream. The first one of a client has no type. */
function onMessages(socket: Socket, onMessage: (type: string, whole: Buffer) => void, untypedFirst = false) {
  let rest = Buffer.alloc(0)
  let typeLength = untypedFirst ? 0 : 1
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= typeLength + 4 && rest.length >= typeLength + rest.readUInt32BE(typeLength)) {
      const end = typeLength + rest.readUInt32BE(typeLength)
      const whole = rest.subarray(0, end)
      rest = rest.subarray(end)
      const type = typeLength === 0 ? 'startup' : String.fromCharCode(whole[0] as number)
      typeLength = 1
      onMessage(type, whole)
    }
  })
}

/** A session of PostgreSQL, and the client whose transaction runs in it. */
interface Session {
  socket: Socket
  client?: Socket
  /** Messages that PostgreSQL will answer by "ready for query". */
  unanswered: number
}

export async function startFakePooler(directUrl: string, settings: SettingsPolicy = 'refuse'): Promise<FakePooler> {
  const target = new URL(directUrl)
  const sockets = new Set<Socket>()
  const idle: Session[] = []
  const track = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    return socket
  }

  /** Opens a session for a client, which signs in by itself. Later it serves every client. */
  function openSession(client: Socket, startup: Buffer): Session {
    const session: Session = {
      socket: track(connect({ port: Number(target.port), host: target.hostname, noDelay: true })),
      client,
      unanswered: 1,
    }
    session.socket.write(startup)
    onMessages(session.socket, (type, whole) => {
      const isKey = type === CODE.backendKey
      session.client?.write(isKey ? message('K', Buffer.from(Uint32Array.of(randomInt(2 ** 31), 1).buffer)) : whole)
      if (type !== CODE.readyForQuery) return
      session.unanswered -= 1
      if (session.unanswered > 0 || whole[5] !== IDLE) return
      session.client = undefined
      idle.push(session)
    })
    return session
  }

  const server = createServer({ noDelay: true }, (client) => {
    track(client)
    let session: Session | undefined
    onMessages(
      client,
      (type, whole) => {
        if (type === 'startup') {
          const texts = whole.subarray(8).toString().split('\0').slice(0, -2)
          const names = texts.filter((_, index) => index % 2 === 0)
          const refused = names.find((name) => !TRACKED_SETTINGS.includes(name))
          if (refused && settings === 'refuse') {
            const fields = `SFATAL\0C08P01\0Munsupported startup parameter: ${refused}\0\0`
            return void client.end(message('E', Buffer.from(fields)))
          }
          const kept = texts.filter((_, index) => TRACKED_SETTINGS.includes(texts[index - (index % 2)] ?? ''))
          session = openSession(client, untyped(whole.subarray(4, 8), `${kept.join('\0')}\0\0`))
          return
        }
        if (session?.client !== client) {
          session = idle.pop()
          if (!session) throw new Error('more transactions at once than connections')
          session.client = client
        }
        if (type === CODE.query || type === CODE.sync) session.unanswered += 1
        session.socket.write(whole)
      },
      true,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(directUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const untyped = (version: Buffer, text: string) => message(' ', Buffer.concat([version, Buffer.from(text)])).subarray(1)
