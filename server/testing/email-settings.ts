import { DEFAULT_NAME } from '@/server/brand/brand'
import { DEFAULT_COLOR, deriveColors } from '@/server/brand/colors'
import type { EmailBrand } from '@/server/mail/templates/email-brand'

/** The brand of the emails of tests. */
export const BRAND: EmailBrand = { name: DEFAULT_NAME, color: deriveColors(DEFAULT_COLOR), supportUrl: null }

/** What emails are composed with, besides the parts of a recovery context. */
export const EMAIL_SETTINGS = { appUrl: 'https://accounts.example.com', brand: BRAND, defaultLocale: 'en' } as const
