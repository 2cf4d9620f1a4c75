export { healthz as GET } from '@/server/health'

export const dynamic = 'force-dynamic'
