export { brandIcon as GET } from '@/server/http/brand-icon'

export const dynamic = 'force-dynamic'
