export { mailboxMessages as GET } from '@/server/http/mailbox-messages'

export const dynamic = 'force-dynamic'
