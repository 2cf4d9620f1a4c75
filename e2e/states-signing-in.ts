import { PASSWORD } from './accounts'
import { accountField, expectHeading } from './page-actions'
import { expectAlert, expectText, openedState, type PageState, press } from './state-visit'

/** The pages that anyone can open, and signing in. */
export const SIGNING_IN: PageState[] = [
  openedState('home', 'Home page', '/', (words) => words('home.title')),
  openedState('sign-in', 'Sign in', '/sign-in', (words) => words('signIn.title')),
  {
    name: 'sign-in-empty',
    title: 'Sign in, errors at the fields',
    open: async ({ page, words }) => {
      await page.goto('/sign-in')
      await press(page, words('signIn.submit'))
      await expectText(page, words('errors.password-missing'))
    },
  },
  {
    name: 'sign-in-refused',
    title: 'Sign in, wrong password',
    open: async ({ page, words, newAccount }) => {
      const { email } = await newAccount()
      await page.goto('/sign-in')
      await accountField(page, words).fill(email)
      await page.getByLabel(words('field.password'), { exact: true }).fill(`not ${PASSWORD}`)
      await press(page, words('signIn.submit'))
      await expectAlert(page, words('errors.sign-in-failed'))
      await press(page, words('field.showPassword', { field: 'current' }))
    },
  },
  openedState('not-found', 'Page not found', '/nowhere', (words) => words('notFound.title')),
  {
    name: 'problem',
    title: 'Error page',
    open: async ({ page, words }) => {
      // A name that is not text makes the page fail while it renders.
      const preview = { email: '', fullName: { not: 'text' }, picture: null }
      await page.route('**/recovery.locate*', (route) => route.fulfill({ json: { result: { data: preview } } }))
      await page.goto('/forgot-password')
      await accountField(page, words).fill('ada@example.com')
      await press(page, words('forgotPassword.submit'))
      await expectHeading(page, words('problem.title'))
    },
  },
]
