export { handleResendWebhook as POST } from '@/server/http/resend-webhook'
