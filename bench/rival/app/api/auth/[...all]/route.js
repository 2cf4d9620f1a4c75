import { betterAuth } from 'better-auth'
import { toNextJsHandler } from 'better-auth/next-js'
import { Pool } from 'pg'
// biome-ignore lint/style/noRestrictedImports: this app is built by itself, without the alias
import { optionsFor } from './../../../../options'

export const { GET, POST } = toNextJsHandler(
  betterAuth(optionsFor(new Pool({ connectionString: process.env.DATABASE_URL }))),
)
