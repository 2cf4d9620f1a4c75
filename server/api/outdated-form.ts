import { OUTDATED_FORM_HEADER } from '@/server/http/form-post'

/** What was typed into the form of another build, for the page that is shown again, or null. */
export function readOutdatedForm(headers: Headers): Record<string, string> | null {
  const text = headers.get(OUTDATED_FORM_HEADER)
  return text ? JSON.parse(decodeURIComponent(text)) : null
}
