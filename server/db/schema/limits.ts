import { sql } from 'drizzle-orm'
import { check, index, integer, text } from 'drizzle-orm/pg-core'
import { instant, latchkey } from './columns'

/** How often an action was done in the current window. One row per counter, shared by all instances. */
export const rateLimits = latchkey.table(
  'rate_limits',
  {
    /** Action, subject and the subject's value. An identifier is a keyed digest here. */
    bucket: text('bucket').primaryKey(),
    count: integer('count').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    // Housekeeping: counters whose window is over.
    index('rate_limits_expires_idx').on(t.expiresAt),
    check('rate_limits_count_is_positive', sql`${t.count} > 0`),
  ],
)
