/**
 * Every text of the pages and emails, by page. This file imports nothing. `app/_components/refusal.ts`
 * checks at compile time that every error code has a text.
 */

/** What a text about an error may mention. */
export interface ReasonDetails {
  retryAfterSeconds?: number | undefined
  triesLeft?: number | undefined
  /** Characters, or bytes for `password-too-many-bytes`. */
  limit?: number | undefined
  requestId?: string | undefined
}

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`

/** A length of time in its largest whole unit: "45 seconds", "10 minutes", "1 hour". */
export function duration(seconds: number): string {
  if (seconds < 60) return count(Math.max(1, Math.ceil(seconds)), 'second', 'seconds')
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60 || minutes % 60 !== 0) return count(minutes, 'minute', 'minutes')
  return count(minutes / 60, 'hour', 'hours')
}

const twoDigits = (number: number) => String(number).padStart(2, '0')

/** A countdown as clocks show it: "0:09", "12:30", "1:00:00". */
export function clock(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = twoDigits(seconds % 60)
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`
}

const characters = (number: number) => count(number, 'character', 'characters')
const wait = (seconds: number | undefined) => (seconds ? `Wait ${duration(seconds)}` : 'Wait a moment')

/** One text for each reason that a form can be given. `network` and `internal` mean "no useful answer". */
const errors = {
  'identifier-missing': 'Enter your email address or username.',
  'identifier-malformed': 'Enter an email address, like name@example.com, or a username.',
  'password-missing': 'Enter a password.',
  'confirmation-missing': 'Enter the new password again.',
  'passwords-differ': 'The passwords don’t match. Enter the same password in both fields.',
  'password-too-short': ({ limit }: ReasonDetails) =>
    limit ? `Use at least ${characters(limit)}.` : 'This password is too short. Use a longer one.',
  'password-too-long': ({ limit }: ReasonDetails) =>
    limit ? `Use at most ${characters(limit)}.` : 'This password is too long. Use a shorter one.',
  'password-too-many-bytes': ({ limit }: ReasonDetails) =>
    limit
      ? `This password is too long. Use at most ${characters(limit)}, or fewer if it has accents, other scripts or emoji.`
      : 'This password is too long. Use a shorter one.',
  'password-unusable-character': 'This password contains a character that can’t be used. Choose another one.',
  'password-too-common': 'This password is too common, so it’s easy to guess. Choose another one.',
  'password-too-simple': 'This password repeats or follows a pattern, so it’s easy to guess. Choose another one.',
  'password-personal':
    'This password is too close to a name, username, email address or the word Latchkey. Choose another one.',
  'password-breached': 'This password was exposed in a data breach, so attackers will try it. Choose another one.',
  'code-missing': 'Enter the six-digit code from the email.',
  'code-not-numeric': 'Enter all six digits of the code, using only the numbers 0 to 9.',
  'code-wrong': ({ triesLeft, retryAfterSeconds }: ReasonDetails) =>
    triesLeft
      ? `This code is wrong or has expired. Check the latest email. You have ${count(triesLeft, 'try', 'tries')} left.`
      : `Too many wrong codes. ${wait(retryAfterSeconds)} before you enter another, or use the link in the email.`,
  'code-blocked': ({ retryAfterSeconds }: ReasonDetails) =>
    `Too many wrong codes. ${wait(retryAfterSeconds)}, or use the link in the email. It still works.`,
  'codes-off': 'Codes are turned off for this account, after too many wrong ones. Use the link in the email instead.',
  'flow-missing': 'Enter your email address or username first, then the code.',
  'grant-unknown': 'This code no longer works. You’ve already used it, or we’ve sent a newer email.',
  'grant-expired': 'You ran out of time to choose a password. Open the link in the same email, or request a new email.',
  'secret-changed':
    'Another link has been opened in this browser, so we haven’t changed anything. Reload this page, or open the link in your email again.',
  'account-frozen':
    'Support has stopped password resets for this account, so we haven’t changed anything. Contact support.',
  'recovery-paused': 'We’ve paused password resets for now. Nothing you entered is lost. Try again later.',
  'codes-paused': 'We’ve paused codes for now. Open the link in the same email instead. Nothing you entered is lost.',
  'links-paused':
    'We’ve paused links for now. Enter the code from the same email instead, or try again later. Nothing you entered is lost.',
  'account-unknown': 'We can’t find an account with this email address or username. Check for typos.',
  'sign-in-failed': 'The email, username or password is incorrect. Check what you entered and try again.',
  'not-signed-in': 'You’ve been signed out. Sign in again to continue.',
  'link-unknown': 'This link doesn’t work. Copy the whole link from our email, or request a new one.',
  'link-expired': 'This link has expired. Request a new one.',
  'link-used': 'This link has already been used. Each link works once.',
  'link-superseded': 'We’ve sent a newer email. Use the link in that one.',
  'asked-too-soon': ({ retryAfterSeconds }: ReasonDetails) =>
    `You’ve just requested an email. ${wait(retryAfterSeconds)} before you request another.`,
  'too-many-requests': ({ retryAfterSeconds }: ReasonDetails) =>
    `Too many attempts. ${wait(retryAfterSeconds)} and try again.`,
  busy: ({ retryAfterSeconds }: ReasonDetails) =>
    `This service is temporarily unavailable. ${wait(retryAfterSeconds)} and try again.`,
  network: 'We can’t connect. Check your internet connection and try again. Nothing you entered is lost.',
  internal: ({ requestId }: ReasonDetails) =>
    `Something went wrong on our side. Try again in a moment.${requestId ? ` If it keeps happening, contact support with this reference: ${requestId}` : ''}`,
}

const events = {
  'reset-requested': 'Password reset requested',
  'reset-mailed': 'Password reset email sent',
  'reset-refused': 'Password reset requested, but no email was sent',
  'code-accepted': 'Code entered correctly',
  'code-blocked': 'Codes blocked after three wrong codes',
  'password-changed': 'Password changed',
  'account-secured': 'Account secured after a password change that wasn’t yours',
  'sessions-ended': 'Devices signed out',
  'signed-in': 'Signed in',
  'sign-in-failed': 'Failed sign-in attempt',
  'mail-bounced': 'An email to you couldn’t be delivered',
  'mail-complained': 'One of our emails was reported as spam',
  'codes-disabled': 'Codes turned off after 30 wrong codes in a row',
  'emails-stopped': 'Password reset emails stopped for 24 hours',
  'emails-allowed': 'Password reset emails turned on again',
  'recovery-frozen': 'Password resets stopped by support',
  'recovery-unfrozen': 'Password resets allowed again by support',
  'secrets-revoked': 'Links and codes ended by support',
}

/** Why a link or code leads nowhere; `missing` is a page opened without one. */
const deadLink = {
  missing: {
    title: 'Open the link in your email',
    body: 'To choose a new password, use the link or the code that we email you. If you’ve already changed your password, sign in with the new one.',
  },
  'link-unknown': {
    title: 'This link doesn’t work',
    body: 'Copy the whole link from our email, or request a new one.',
  },
  'link-expired': {
    title: 'This link has expired',
    body: 'To keep your account safe, links only work for a short time. Request a new one.',
  },
  'link-used': {
    title: 'This link has already been used',
    body: 'Each link works once. If you used it to change your password, sign in. If you didn’t, request a new link now.',
  },
  'link-superseded': {
    title: 'Use the link in our latest email',
    body: 'We’ve sent you a newer email, and only its link works. Check your inbox, or request another.',
  },
  'grant-unknown': {
    title: 'This code no longer works',
    body: 'You’ve already used it, or we’ve sent a newer email. If you’ve changed your password, sign in. If you haven’t, request a new email now.',
  },
  'grant-expired': {
    title: 'You ran out of time',
    body: 'To keep your account safe, you have a few minutes to choose a password after you enter a code. Open the link in the same email, or request a new one.',
  },
}

/** Why a link or code can’t be used now, although it may still work. */
const refusedLink = {
  'too-many-requests': {
    title: 'Wait before you open this link',
    body: 'Too many links have been opened from your network. Yours isn’t used up. Come back to this page, or open the link in your email again.',
  },
  'account-frozen': {
    title: 'Password resets are stopped for this account',
    body: 'Support has stopped them, and nothing has changed. Contact support to get back into your account.',
  },
  'recovery-paused': {
    title: 'Password resets are paused',
    body: 'We’ve paused them for everyone, and nothing has changed. Try again later. If your link has expired by then, request a new one.',
  },
  'codes-paused': {
    title: 'Codes are paused',
    body: 'We’ve paused them for everyone. Open the link in the same email instead.',
  },
  'links-paused': {
    title: 'Links are paused',
    body: 'We’ve paused them for everyone. Enter the code from the same email instead, or try again later.',
  },
}

export type Reason = keyof typeof errors
export type DeadLink = keyof typeof deadLink
export type RefusedLink = keyof typeof refusedLink

export const messages = {
  brand: 'Latchkey',
  errors,
  events,
  deadLink,
  refusedLink,

  layout: {
    description: 'Reset your password and get back into your account.',
    needsScript: 'This page needs JavaScript. Turn it on in your browser settings, then reload the page.',
  },

  support: {
    help: 'Get help',
    contact: 'Contact support',
  },

  field: {
    account: 'Email or username',
    password: 'Password',
    show: 'Show',
    hide: 'Hide',
    showPassword: (label: string) => `Show ${label.toLowerCase()}`,
    hidePassword: (label: string) => `Hide ${label.toLowerCase()}`,
  },

  retry: {
    idle: 'Try again',
    waiting: (seconds: number) => `Try again in ${clock(seconds)}`,
    waitFor: (seconds: number) => `Wait ${duration(seconds)}.`,
    ready: 'You can try again now.',
    reload: 'Reload this page',
    busy: 'Loading…',
  },

  home: {
    title: 'Sign in or reset your password',
    lead: 'If you’ve forgotten your password, we’ll email you a link and a code to choose a new one.',
    signIn: 'Sign in',
    forgot: 'I forgot my password',
  },

  signIn: {
    title: 'Sign in',
    submit: 'Sign in',
    busy: 'Signing in…',
    forgot: 'Forgot your password?',
  },

  /** On pages that start a reset, while all recovery is paused. */
  paused: {
    title: 'Password resets are paused',
    body: 'We’ve paused them for everyone. Nothing has changed in your account. Try again later.',
  },

  forgotPassword: {
    title: 'Forgot your password?',
    lead: 'Enter your email address or username. We’ll email you a link and a code. Use either to choose a new password.',
    submit: 'Email me a link and a code',
    busy: 'Sending…',
    busyFinding: 'Searching…',
    haveCode: 'I already have a code',
    signIn: 'Back to sign in',
  },

  confirmAccount: {
    title: 'Is this you?',
    lead: 'We’ll email a link and a code to the address above.',
    yes: 'Yes, send the email',
    busy: 'Sending…',
    no: 'No, use another account',
  },

  code: {
    title: 'Check your email',
    // With ACCOUNT_DISCLOSURE=conceal, the page must not say whether an email was sent.
    sentConcealed: {
      before: 'If there’s an account for ',
      after: ', we’ve sent an email with a link and a six-digit code.',
    },
    sent: { before: 'We’ve sent an email with a link and a six-digit code to the owner of ', after: '.' },
    label: 'Six-digit code',
    hint: (codeSeconds: number) => `Enter the code from our latest email. It works for ${duration(codeSeconds)}.`,
    submit: 'Continue',
    busy: 'Checking…',
    submitBlocked: 'Codes are blocked',
    blockedTitle: 'Too many wrong codes',
    blocked: 'Three wrong codes were entered for this account. The link in the email still works.',
    blockedFor: (seconds: number) => `Wait ${duration(seconds)}.`,
    blockedLeft: (seconds: number) => `You can enter a code again in ${clock(seconds)}.`,
    unblockedTitle: 'You can enter a code again',
    unblocked: 'Use the code from our latest email, or open the link in it.',
    linkTitle: 'Or open the link in the email',
    link: (linkSeconds: number) => `It works on any device for ${duration(linkSeconds)}.`,
    spam: 'Can’t find it? Check your spam folder, and check that the account above is right.',
    otherAccount: 'Use another account',
    sentLinkConcealed: { before: 'If there’s an account for ', after: ', we’ve sent an email with a link.' },
    sentLink: { before: 'We’ve sent an email with a link to the owner of ', after: '.' },
    offTitle: 'Use the link in your email',
    off: 'Too many wrong codes in a row were entered for this account. To protect it, we’ve turned codes off. They work again once the password has been changed with the link.',
    linkOnlyTitle: 'Open the link in the email',
    linksPaused: 'We’ve paused links for now. Enter the code instead, or try the link again later.',
    codesPausedTitle: 'Codes are paused',
    codesPaused: 'We’ve paused codes for now. Open the link in the email instead, or come back to this page later.',
    overTitle: 'You can’t use this page any more',
    over: 'Your password has already been changed, or your request has expired.',
    newEmail: 'Request a new email',
    signIn: 'Sign in',
  },

  resend: {
    idle: 'Send the email again',
    waiting: (seconds: number) => `Send again in ${seconds} s`,
    busy: 'Sending…',
    ready: 'You can send the email again now.',
    sent: 'If there’s an account, we’ve sent another email. Only the latest link and code work.',
  },

  resetPassword: {
    title: 'Choose a new password',
    lead: { before: 'This changes the password of ', after: ' and signs you out on all your devices.' },
    notYou: 'This isn’t my account',
    password: 'New password',
    confirmPassword: 'New password again',
    rules: 'Password requirements',
    ruleLength: (least: number) => `At least ${characters(least)}`,
    ruleLengthShort: (least: number, typed: number) => `At least ${characters(least)} (${typed} so far)`,
    ruleMatch: 'Both passwords match',
    met: 'Met:',
    unmet: 'Not met:',
    liveShort: (missing: number) => `${count(missing, 'more character', 'more characters')} needed.`,
    liveDiffer: 'Long enough. The passwords don’t match yet.',
    liveReady: 'Long enough, and the passwords match.',
    submit: 'Change password',
    busy: 'Changing…',
    newLink: 'Request a new link',
    newEmail: 'Request a new email',
    enterCode: 'Enter the code',
    signIn: 'Sign in',
    doneTitle: 'Password changed',
    doneBody:
      'We’ve signed you out on all your devices and sent you an email to confirm the change. Sign in with your new password.',
  },

  account: {
    title: 'Your account',
    name: 'Name',
    email: 'Email',
    username: 'Username',
    signOut: 'Sign out',
    signOutBusy: 'Signing out…',
    signInAgain: 'Sign in again',
    suppressionTitle: 'We can’t email you',
    suppression: {
      bounced: (email: string) =>
        `We couldn’t deliver our email to ${email}, so we’ve stopped sending to it. You won’t receive password reset emails. Contact support to change your address or to try this one again.`,
      complained: (email: string) =>
        `Our email to ${email} was reported as spam, so we’ve stopped sending to it. You won’t receive password reset emails. Contact support to turn our emails back on.`,
      stopped: (email: string) =>
        `You asked us to stop sending password reset emails to ${email} for 24 hours. To turn them on again, open the same link in the email.`,
    },
    passwordTitle: 'Password',
    passwordLead:
      'To change your password, request an email with a link. Your current password works until you choose a new one.',
    requestReset: 'Email me a reset link',
    requestResetBusy: 'Sending…',
    requestResetSent: (email: string) =>
      `If we haven’t just emailed you, an email with a link is on its way to ${email}.`,
    typeCode: 'Enter the code from the email instead',
    sessionsTitle: 'Where you’re signed in',
    thisDevice: 'This device',
    signedIn: 'Signed in',
    lastSeen: 'Last active',
    endSession: 'Sign out',
    endSessionOf: (device: string) => `Sign out ${device}`,
    endSessionBusy: 'Signing out…',
    endedSession: (device: string) => `${device} has been signed out.`,
    endOthers: 'Sign out all other devices',
    endedOthers: 'All other devices have been signed out.',
    onlyHere: 'You aren’t signed in anywhere else.',
    eventsTitle: 'Recent activity',
    eventsLead: 'If you don’t recognise something here, change your password.',
    noEvents: 'No activity yet.',
    unknownDevice: 'Unknown device',
  },

  secureAccount: {
    title: 'Secure your account',
    lead: 'Didn’t change your password? We’ll disable the current password, sign out all devices and email you a link to choose a new one.',
    submit: 'Secure my account',
    busy: 'Securing…',
    wasMe: 'If it was you, close this page. You don’t need to do anything.',
    doneTitle: 'Now choose a new password',
    doneBody: 'We’ve disabled the old password, signed out all devices and emailed you a link to choose a new one.',
    elsewhereTitle: 'Contact support now',
    elsewhereBody:
      'We’ve disabled the password and signed out all devices. We haven’t sent a link, because the email address of your account was changed too, or support has stopped password resets for it. Contact support to get your account back.',
    doneMailbox: 'If someone else may be reading your email, change your email password first.',
    missingTitle: 'Open the link in your email',
    missingBody: 'To secure your account, use the link in the email about your password change.',
    deadBody: 'You can still secure your account. Request a link and choose a new password.',
    newLink: 'Request a link',
  },

  stopEmails: {
    title: 'Stop password reset emails',
    lead: 'Getting password reset emails that you didn’t request? You can stop them for 24 hours.',
    keeps: 'The link in the email that you have keeps working. We’ll still email you if your password changes.',
    submit: 'Stop these emails',
    busy: 'Stopping…',
    allow: 'Allow emails again',
    allowBusy: 'Allowing…',
    stoppedTitle: 'Password reset emails are stopped',
    stopped: { before: 'We won’t send you any until ', after: '.' },
    undo: 'Need one sooner? You can allow them again.',
    allowedTitle: 'Password reset emails are allowed again',
    allowed: 'If you need to reset your password, request a new email.',
    newEmail: 'Request a new email',
    missingTitle: 'Open the link in your email',
    missingBody: 'To stop password reset emails, or to allow them again, use the link at the end of one.',
    deadBody: 'Copy the whole link from our latest email. The links in old emails stop working after some time.',
  },

  mailbox: {
    title: 'Development mailbox',
    lead: 'Emails are stored here instead of being sent. New emails appear automatically.',
    empty: 'No emails yet.',
    refresh: 'Refresh',
    back: 'All emails',
    from: 'From',
    to: 'To',
    at: 'Sent',
    html: 'HTML',
    text: 'Plain text',
  },

  apiDocs: {
    title: 'API reference',
    loading: 'Loading the reference…',
  },

  notFound: {
    title: 'Page not found',
    body: 'Check the address for typos. The page may also have moved or been removed.',
    home: 'Go to the home page',
  },

  problem: {
    title: 'Something went wrong',
    body: 'The problem is on our side. Try again in a moment.',
    reference: (digest: string) => `Reference: ${digest}`,
    retry: 'Try again',
    retryBusy: 'Trying…',
  },

  mail: {
    greeting: (name: string | null) => (name ? `Hello ${name},` : 'Hello,'),
    username: (username: string) => `Your username: ${username}`,
    requestedOn: (at: string, device: string | null) => `Requested on ${at}${device ? ` from ${device}` : ''}.`,
    footer: 'We sent this email because of activity on your Latchkey account. Replies aren’t read.',
    copyLink: 'If the button doesn’t work, copy this address into your browser:',
  },

  passwordResetEmail: {
    subject: 'Reset your Latchkey password',
    preview: (linkSeconds: number, hasCode: boolean) =>
      `Your link${hasCode ? ' and code' : ''} to choose a new password. The link works for ${duration(linkSeconds)}.`,
    lead: 'We received a request to reset your password. Use this link to choose a new one:',
    button: 'Choose a new password',
    codeLead: (codeSeconds: number) =>
      `Or enter this code on the page where you requested it, within ${duration(codeSeconds)}:`,
    codeCare:
      'Only enter the code on our website, and don’t share it with anyone. Anyone who has it can change your password.',
    codesOff:
      'This email has no code: someone entered too many wrong codes for your account. Codes work again after you reset your password with the link.',
    terms: (linkSeconds: number, hasCode: boolean) =>
      `You can change your password once with this email${hasCode ? ', by link or by code' : ''}. The link expires after ${duration(linkSeconds)}. A newer email replaces this one.`,
    last: (linkSeconds: number) =>
      `We’ve emailed you several times today, so we won’t send another reset email for the next ${duration(linkSeconds)}. Keep this one: its link works until then.`,
    notYou: 'If you didn’t request this, you can ignore this email. Your password hasn’t changed.',
    stop: 'If you keep getting these emails, you can stop them for 24 hours:',
  },

  signInViaEmail: {
    subject: 'How to sign in to Latchkey',
    lead: (provider: string) =>
      `We received a request to reset your password. Your account has no password: you sign in with ${provider}.`,
    next: (provider: string) => `Go to the sign-in page and choose ${provider}. There is nothing to reset here.`,
    notYou: 'If you didn’t request this, you can ignore this email. Nothing has changed.',
  },

  passwordChangedEmail: {
    subject: 'Your Latchkey password was changed',
    preview: 'If this wasn’t you, secure your account now.',
    lead: (at: string, device: string | null) =>
      `Your password was changed on ${at}${device ? ` from ${device}` : ''}. We’ve signed you out on all devices.`,
    wasYou: 'If this was you, you don’t need to do anything.',
    notYou:
      'If this wasn’t you, secure your account now. We’ll disable the current password, sign out all devices and email you a link to choose a new one. This link works for 7 days.',
    button: 'This wasn’t me',
  },
} as const
