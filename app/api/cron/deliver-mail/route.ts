export { handleDeliverMail as GET, handleDeliverMail as POST } from '@/server/http/cron'
