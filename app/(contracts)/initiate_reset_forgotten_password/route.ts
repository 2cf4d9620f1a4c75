import { initiateReset } from '@/server/contracts/initiate/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = initiateReset
