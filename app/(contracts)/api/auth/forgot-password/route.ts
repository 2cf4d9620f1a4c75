import { forgotPassword } from '@/server/contracts/jwt/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = forgotPassword
