import { secureAccountLink } from '@/server/http/emailed-token'

export const { GET, HEAD } = secureAccountLink
