export { openForgotPasswordLink as GET } from '@/server/contracts/accounts/handlers'
