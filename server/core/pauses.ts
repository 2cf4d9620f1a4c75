import type { Pause } from '@/server/db/schema'
import { type SQL, sql } from '@/server/db/sql'

/**
 * What an operator has paused for everyone, as SQL. Every statement that a pause concerns reads the table itself, so
 * a pause takes effect on all servers at once.
 */

/** The kinds of secrets that can be paused by themselves. A grant belongs to its code. */
export type PausableSecret = Exclude<Pause, 'all'>

/** A query of what pauses a call that presents such a secret: one row with `what`, null if nothing does. `all` comes first. */
export const pauseOf = (secret?: PausableSecret): SQL =>
  sql`select min(what) as what from latchkey.recovery_pauses where what in ('all', ${sql.raw(`'${secret ?? 'all'}'`)})`

/** A condition: everything is paused, or secrets of this kind are. */
export const isPaused = (secret?: PausableSecret): SQL => sql`(${pauseOf(secret)}) is not null`
