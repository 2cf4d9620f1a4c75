import { createTranslator } from 'use-intl/core'
import en from '@/messages/en.json' with { type: 'json' }

/** The English texts of the pages and emails: `words('signIn.submit')`. An unknown key does not compile. */
export const words = createTranslator({ locale: 'en-GB', messages: en })
