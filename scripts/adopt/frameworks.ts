import { authjs } from './authjs'
import { betterAuth } from './better-auth'
import { devise } from './devise'
import { django } from './django'
import type { Framework } from './framework'
import { laravel } from './laravel'
import { supabase } from './supabase'

/** The frameworks that `npm run adopt` knows. */
export const FRAMEWORKS: Framework[] = [django, devise, laravel, betterAuth, supabase, authjs]
