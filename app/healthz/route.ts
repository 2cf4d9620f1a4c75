export { healthz as GET } from '@/server/http/health'

export const dynamic = 'force-dynamic'
