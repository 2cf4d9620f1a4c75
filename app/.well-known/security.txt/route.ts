export { securityTxt as GET } from '@/server/http/security-txt'

export const dynamic = 'force-dynamic'
