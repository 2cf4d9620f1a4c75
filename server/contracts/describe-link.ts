import { z } from 'zod'
import type { DescribedAnswer } from './describe-endpoint'

const location = z.url().meta({ example: 'https://accounts.example.com/reset-password' })

/** The 307 of an emailed link whose token is not looked up. */
export const redirectToForm: DescribedAnswer = {
  when: 'Redirects to the page `/reset-password` of `APP_URL`. The token is in an HttpOnly cookie',
  headers: z.object({ location }),
}

/** The 307 of an emailed link whose token is looked up. */
export const redirectToFormOrRequest: DescribedAnswer = {
  ...redirectToForm,
  when: `${redirectToForm.when}. A browser (\`Accept\` names \`text/html\`) with a dead link is redirected to \`/forgot-password\`; one that has to wait gets \`/reset-password\` instead of 429 or 503`,
}
