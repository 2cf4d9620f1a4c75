export { handleResendWebhook as POST } from '@/server/resend-webhook'
