export { formTooLarge as GET } from '@/server/http/form-post'

export const dynamic = 'force-dynamic'
