import { verify } from '@/server/contracts/secure/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = verify
