import { passwordResetEmail } from '@/server/contracts/v1/handlers'

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = passwordResetEmail
