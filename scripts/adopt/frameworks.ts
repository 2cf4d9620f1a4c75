import { django } from './django'
import type { Framework } from './framework'
import { laravel } from './laravel'
import { supabase } from './supabase'

/** The frameworks that `npm run adopt` knows. */
export const FRAMEWORKS: Framework[] = [django, laravel, supabase]
