export { misdirected as GET } from '@/server/http/own-host'

export const dynamic = 'force-dynamic'
