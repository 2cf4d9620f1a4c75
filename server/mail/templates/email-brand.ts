import type { Brand } from '@/server/brand/brand'

/** The brand as emails show it: they load no images, so it has no logo. */
export type EmailBrand = Pick<Brand, 'name' | 'color' | 'supportUrl'>
