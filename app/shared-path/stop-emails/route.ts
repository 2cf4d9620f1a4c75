import { stopEmailsLink } from '@/server/http/emailed-token'

export const { GET, HEAD } = stopEmailsLink
