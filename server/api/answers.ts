/**
 * The sentences that procedures answer with. Programs may rely on them, so they are separate from the page texts:
 * rewording a page changes no answer.
 */
export const ANSWERS = {
  resetRequested: 'If an account matches, an email is on its way to it.',
  codeAccepted: 'The code is correct. Choose a new password.',
  passwordChanged: 'The password has been changed and all devices have been signed out.',
  accountSecuredWithoutEmail:
    'All devices have been signed out. The address of the account has changed, so no email was sent.',
  accountSecured: 'All devices have been signed out, and an email with a link is on its way.',
  emailsAllowed: 'Password reset emails are sent again.',
  signedOut: 'Signed out.',
  sessionEnded: 'The session has ended.',
  sessionsEnded: 'All other sessions have ended.',
} as const
