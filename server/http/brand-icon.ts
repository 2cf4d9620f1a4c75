import { brand } from '@/server/brand/brand'

const KEY = `<g fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="4.75"/><path d="m15.5 15.5 8.5 8.5m-1.25-4.75L20 22m-.5-6-2.75 2.75"/></g>`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escapeText = (text: string) => text.replace(/[&<>]/g, (character) => ENTITIES[character] as string)

const letter = (initial: string) =>
  `<text x="16" y="22.5" text-anchor="middle" font-family="system-ui, sans-serif" font-size="18" font-weight="600" fill="currentColor">${escapeText(initial)}</text>`

/** `GET /brand/icon`: the icon of a browser tab, for a brand without a logo that fits there. */
export function brandIcon(): Response {
  const { name, initial, color } = brand()
  const { fill, onFill, edge } = color.light
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" color="${onFill}"><title>${escapeText(name)}</title><rect x=".5" y=".5" width="31" height="31" rx="8.5" fill="${fill}" stroke="${edge}"/>${initial === null ? KEY : letter(initial)}</svg>\n`
  return new Response(svg, { headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=3600' } })
}
