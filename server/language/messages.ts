import type en from '@/messages/en.json'

/** Every text, as in `messages/en.json`. */
export type Messages = typeof en
