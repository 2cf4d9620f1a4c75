import { mailedLink } from '@/server/contracts/views/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = mailedLink
