export { openApiDocument as GET } from '@/server/openapi/document'

export const dynamic = 'force-dynamic'
