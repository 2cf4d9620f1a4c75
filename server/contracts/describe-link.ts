import { z } from 'zod'
import type { DescribedAnswer } from './describe'

const location = z.url().meta({ example: 'https://accounts.example.com/reset-password' })

/** The 307 of a mailed link whose token is not looked up. */
export const toForm: DescribedAnswer = {
  when: 'On to the page `/reset-password` of `APP_URL`, with the token in an HttpOnly cookie',
  headers: z.object({ location }),
}

/** The 307 of a mailed link. */
export const toFormOrRequest: DescribedAnswer = {
  ...toForm,
  when: `${toForm.when}. A browser (\`Accept\` names \`text/html\`) with a dead link goes to \`/forgot-password\``,
}
