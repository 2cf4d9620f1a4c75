export { chooseLanguage as POST } from '@/server/http/language'

export const dynamic = 'force-dynamic'
