import { OUTDATED_FORM_HEADER } from '@/server/http/form-post'

/** The values that were typed into a form of another build, or null. The page shows them again. */
export function readOutdatedForm(headers: Headers): Record<string, string> | null {
  const text = headers.get(OUTDATED_FORM_HEADER)
  return text ? JSON.parse(decodeURIComponent(text)) : null
}
