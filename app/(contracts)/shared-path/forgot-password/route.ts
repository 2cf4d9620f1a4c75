import { forgotPassword } from '@/server/contracts/views/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = forgotPassword
