import { forgotPassword } from '@/server/contracts/accounts/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = forgotPassword
