import { update } from '@/server/contracts/secure/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = update
