import type { RecoveryErrorCode } from '@/server/recovery/errors'

/** What the input schemas refuse, before anything is looked up. */
type InputErrorCode =
  | 'identifier-missing'
  | 'identifier-malformed'
  | 'password-missing'
  | 'confirmation-missing'
  | 'passwords-differ'
  | 'code-missing'
  | 'code-not-numeric'

/** Every reason a form can be given: the server's codes, and the two that mean "no answer worth reading". */
export type Reason = RecoveryErrorCode | InputErrorCode | 'internal' | 'network'

export interface ReasonDetails {
  retryAfterSeconds?: number | undefined
  triesLeft?: number | undefined
  limit?: number | undefined
  requestId?: string | undefined
}

/** Why a link leads nowhere; `missing` is a page opened without one. */
export type DeadLink =
  | 'missing'
  | 'link-unknown'
  | 'link-expired'
  | 'link-used'
  | 'link-superseded'
  | 'grant-unknown'
  | 'grant-expired'

export type SecurityEventKind =
  | 'reset-requested'
  | 'reset-mailed'
  | 'reset-refused'
  | 'code-blocked'
  | 'code-accepted'
  | 'password-changed'
  | 'change-disowned'
  | 'sessions-ended'
  | 'signed-in'
  | 'sign-in-failed'
  | 'mail-bounced'
  | 'mail-complained'

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`

/** A length of time in the largest unit that says it well: "45 seconds", "10 minutes", "1 hour". */
export function duration(seconds: number): string {
  if (seconds < 60) return count(Math.max(1, Math.ceil(seconds)), 'second', 'seconds')
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60 || minutes % 60 !== 0) return count(minutes, 'minute', 'minutes')
  return count(minutes / 60, 'hour', 'hours')
}

const twoDigits = (number: number) => String(number).padStart(2, '0')

/** A time that is counted down, as clocks show it: "0:09", "12:30", "1:00:00". */
export function clock(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = twoDigits(seconds % 60)
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`
}

const characters = (number: number) => count(number, 'character', 'characters')
const wait = (seconds: number | undefined) => (seconds ? `Wait ${duration(seconds)}` : 'Wait a little')

const errors: Record<Reason, string | ((details: ReasonDetails) => string)> = {
  'identifier-missing': 'Type your email address or username.',
  'identifier-malformed': 'That is neither an email address nor a username. Check it for typing slips.',
  'password-missing': 'Type a password.',
  'confirmation-missing': 'Type the new password a second time.',
  'passwords-differ': 'The two passwords differ. Type the same one twice.',
  'password-too-short': ({ limit }) =>
    limit ? `Too short: use at least ${characters(limit)}.` : 'Too short: use a longer password.',
  'password-too-long': ({ limit }) =>
    limit ? `Too long: use at most ${characters(limit)}.` : 'Too long: use a shorter password.',
  'password-too-common': 'Too many people use this password, so it is guessed first. Choose another.',
  'password-too-simple': 'Too easy to guess: it repeats or follows a pattern. Choose another.',
  'password-personal': 'It holds your name, your address or ours, which is guessed first. Choose another.',
  'code-missing': 'Type the six digits from the mail.',
  'code-not-numeric': 'A code is six digits, 0 to 9. Type all six, and only those.',
  'code-wrong': ({ triesLeft, retryAfterSeconds }) =>
    triesLeft
      ? `That is not the code in the newest mail, or it has expired. ${count(triesLeft, 'try', 'tries')} left.`
      : `That was the third wrong code. ${wait(retryAfterSeconds)}, then try again, or use the link in the mail.`,
  'code-blocked': ({ retryAfterSeconds }) =>
    `Codes are blocked after three wrong ones. ${wait(retryAfterSeconds)}, or use the link in the mail: it still works.`,
  'flow-missing': 'Tell us first which account it is, then type the code.',
  'grant-unknown': 'This code was already used, or a newer mail was sent. Ask for a new one.',
  'grant-expired':
    'The few minutes that a code gives are over. What you typed is still here, but it takes a new code to save it.',
  'account-unknown': 'No account has this email address or username. Check it for typing slips.',
  'sign-in-failed': 'That account and password do not go together. Check both and try again.',
  'not-signed-in': 'You are no longer signed in.',
  'link-unknown': 'This link is not one of ours, or it was cut short on the way.',
  'link-expired': 'This link has expired. What you typed is still here, but it takes a new link to save it.',
  'link-used': 'This link was already used. Each link works once.',
  'link-superseded': 'A newer mail was sent, and only its link works. Use the newest mail you have.',
  'asked-too-soon': ({ retryAfterSeconds }) =>
    `A mail is on its way already. ${wait(retryAfterSeconds)}, then ask again.`,
  'too-many-requests': ({ retryAfterSeconds }) => `That was too often. ${wait(retryAfterSeconds)}, then try again.`,
  busy: ({ retryAfterSeconds }) => `We are very busy right now. ${wait(retryAfterSeconds)}, then try again.`,
  network: 'We could not be reached. Check your connection and try again: nothing you typed is lost.',
  internal: ({ requestId }) =>
    `Something went wrong on our side. Try again in a moment.${requestId ? ` If it stays so, tell us this reference: ${requestId}` : ''}`,
}

const events: Record<SecurityEventKind, string> = {
  'reset-requested': 'A password reset was asked for',
  'reset-mailed': 'A reset link was mailed to you',
  'reset-refused': 'Asked for a password reset again too soon: no mail was sent',
  'code-accepted': 'A code was typed in rightly',
  'code-blocked': 'Codes were blocked after too many wrong ones',
  'password-changed': 'Your password was changed',
  'change-disowned': 'You told us that a change was not yours',
  'sessions-ended': 'Devices were signed out',
  'signed-in': 'Signed in',
  'sign-in-failed': 'A sign-in failed',
  'mail-bounced': 'A mail to you could not be delivered',
  'mail-complained': 'One of our mails to you was reported as spam',
}

const deadLink: Record<DeadLink, { title: string; body: string }> = {
  missing: {
    title: 'Open the link in your mail',
    body: 'This page is reached by the link or the code that we mail you, and each works once. If you have just changed your password, sign in with the new one.',
  },
  'link-unknown': {
    title: 'This link does not work',
    body: 'It is not one of ours, or it was cut short on the way. Copy the whole link from the mail, or ask for a new one.',
  },
  'link-expired': {
    title: 'This link has expired',
    body: 'Links work for a short time only, to keep your account safe. Ask for a new one.',
  },
  'link-used': {
    title: 'This link was already used',
    body: 'Each link works once. If you changed your password with it, sign in. If that was not you, ask for a new link now.',
  },
  'link-superseded': {
    title: 'There is a newer mail',
    body: 'Only the link in the newest mail works. Look for it in your inbox, or ask for another.',
  },
  'grant-unknown': {
    title: 'This code was already used',
    body: 'Each code works once, and only the newest mail counts. If you changed your password with it, sign in. If that was not you, ask for a new mail now.',
  },
  'grant-expired': {
    title: 'Too much time has passed',
    body: 'A code gives you a few minutes to choose a password, to keep your account safe. The link in the same mail may still work. If not, ask for a new mail.',
  },
}

/** Every word of the pages and mails, by page. */
export const messages = {
  brand: 'Latchkey',
  errors,
  events,
  deadLink,

  layout: {
    description: 'Get back into your account.',
    needsScript: 'This page needs JavaScript. Switch it on in your browser, then load the page again.',
  },

  field: {
    account: 'Email or username',
    password: 'Password',
    show: 'Show',
    hide: 'Hide',
    showPassword: (label: string) => `Show ${label.toLowerCase()}`,
    hidePassword: (label: string) => `Hide ${label.toLowerCase()}`,
  },

  home: {
    title: 'Locked out happens',
    lead: 'Latchkey gets you back into your account with one mail and a new password.',
    signIn: 'Sign in',
    forgot: 'I forgot my password',
  },

  signIn: {
    title: 'Sign in',
    submit: 'Sign in',
    busy: 'Signing in…',
    forgot: 'Forgot your password?',
  },

  forgotPassword: {
    title: 'Forgot your password?',
    lead: 'Tell us which account is yours. We mail its owner a link and a code to choose a new password.',
    submit: 'Mail me a link and a code',
    busy: 'Sending…',
    busyFinding: 'Looking…',
    haveCode: 'I have the code already',
    signIn: 'Back to sign in',
  },

  confirmAccount: {
    title: 'Is this you?',
    lead: 'We mail a link and a code to the address of this account.',
    yes: 'Yes, send the mail',
    busy: 'Sending…',
    no: 'No, another account',
  },

  code: {
    title: 'Check your mail',
    // Where accounts are concealed, nobody is told whether a mail was sent.
    sentConcealed: {
      before: 'If an account matches ',
      after: ', a mail with a link and a six-digit code is on its way.',
    },
    sent: { before: 'A mail with a link and a six-digit code is on its way to the owner of ', after: '.' },
    label: 'Six-digit code',
    hint: (codeSeconds: number) => `The newest one works, for ${duration(codeSeconds)}.`,
    submit: 'Use this code',
    busy: 'Checking…',
    held: 'Codes are blocked',
    blockedTitle: 'Codes are blocked for now',
    blocked: 'Three wrong codes were typed. The link in the mail still works.',
    blockedFor: (seconds: number) => `Wait ${duration(seconds)}.`,
    blockedLeft: (seconds: number) => `You can type a code again in ${clock(seconds)}.`,
    unblockedTitle: 'You can type a code again',
    unblocked: 'Take it from the newest mail. The link in that mail works as well.',
    linkTitle: 'Or open the link in the mail',
    link: (linkSeconds: number) => `It works on any device, for ${duration(linkSeconds)}.`,
    spam: 'Nothing there after a minute or two? Look in spam, and check the account above.',
    otherAccount: 'Use another account',
    overTitle: 'Nothing is under way any more',
    over: 'Either you have chosen your new password, or too much time has passed since you asked for the mail.',
    newMail: 'Send me a new mail',
    signIn: 'Sign in',
  },

  resend: {
    idle: 'Didn’t get it? Send again',
    waiting: (seconds: number) => `Send again in ${seconds} s`,
    busy: 'Sending…',
    ready: 'You can send the mail again now.',
    sent: 'Sent again. Only the newest mail’s link and code work.',
  },

  resetPassword: {
    title: 'Choose a new password',
    lead: 'It replaces the old one, and every device is signed out.',
    password: 'New password',
    confirmPassword: 'New password again',
    rules: 'Your new password',
    ruleLength: (least: number) => `At least ${characters(least)}`,
    ruleLengthShort: (least: number, typed: number) => `At least ${characters(least)} (${typed} so far)`,
    ruleMatch: 'The same in both fields',
    met: 'Done:',
    unmet: 'To do:',
    liveShort: (missing: number) => `${characters(missing)} more needed.`,
    liveDiffer: 'Long enough. The second field is not the same yet.',
    liveReady: 'Long enough, and both fields are the same.',
    submit: 'Change my password',
    busy: 'Changing…',
    newLink: 'Send me a new link',
    newMail: 'Send me a new mail',
    signIn: 'Sign in',
    doneTitle: 'Your password is changed',
    doneBody: 'Every device was signed out. Sign in with your new password. We have mailed you a note of this change.',
  },

  account: {
    title: 'Your account',
    name: 'Name',
    email: 'Email',
    username: 'Username',
    signOut: 'Sign out',
    signOutBusy: 'Signing out…',
    signInAgain: 'Sign in again',
    mailProblemTitle: 'We cannot mail you',
    mailProblem: {
      bounced: (email: string) =>
        `Mail to ${email} came back, so no reset link would reach you. Have the address of this account changed, or ask us to try it again.`,
      complained: (email: string) =>
        `Mail to ${email} was marked as spam, so we stopped sending: no reset link would reach you. Ask us to start again.`,
    },
    passwordTitle: 'Password',
    passwordLead: 'To change it, mail yourself a link. Your password stays as it is until you use the link.',
    requestReset: 'Mail me a reset link',
    requestResetBusy: 'Sending…',
    requestResetSent: (email: string) => `A mail with a link is on its way to ${email}.`,
    typeCode: 'Type the code from the mail instead',
    sessionsTitle: 'Where you are signed in',
    thisDevice: 'This device',
    signedIn: 'Signed in',
    lastSeen: 'Last seen',
    endSession: 'Sign out',
    endSessionOf: (device: string) => `Sign out ${device}`,
    endSessionBusy: 'Signing out…',
    endedSession: (device: string) => `${device} is signed out.`,
    endOthers: 'Sign out all other devices',
    endedOthers: 'All other devices are signed out.',
    onlyHere: 'You are signed in nowhere else.',
    eventsTitle: 'Recent activity',
    eventsLead: 'Something here that was not you? Change your password.',
    noEvents: 'Nothing has happened yet.',
    unknownDevice: 'Unknown device',
  },

  notMe: {
    title: 'You didn’t change your password?',
    lead: 'Then someone else may have. We will sign out every device at once and mail you a link to choose a new password.',
    submit: 'Secure my account',
    busy: 'Securing…',
    wasMe: 'It was you after all? Close this page: nothing has been done.',
    doneTitle: 'Your account is secured',
    doneBody:
      'Every device was signed out, and a mail with a link is on its way to you. Use it to choose a new password.',
    doneMailbox: 'If someone else may be reading your mail, change the password of your mailbox first.',
    missingTitle: 'Open the link in your mail',
    missingBody: 'This page is reached by the link in the mail that told you of the change. Open it again from there.',
    deadBody: 'You can still take your account back: ask for a link and choose a new password.',
    newLink: 'Mail me a link',
  },

  mailbox: {
    title: 'Development mailbox',
    lead: 'Mail is laid down here instead of being sent. New mail shows up by itself.',
    empty: 'No mail yet.',
    refresh: 'Refresh',
    back: 'All mail',
    from: 'From',
    to: 'To',
    at: 'Sent',
    html: 'As HTML',
    text: 'As text',
  },

  apiDocs: {
    title: 'HTTP interfaces',
    loading: 'Loading the reference…',
  },

  notFound: {
    title: 'There is nothing here',
    body: 'The address may be mistyped, or the page is gone.',
    home: 'Go to the start page',
  },

  problem: {
    title: 'Something went wrong',
    body: 'It is our fault, not yours, and nothing was changed. Try again in a moment.',
    reference: (digest: string) => `Reference: ${digest}`,
    retry: 'Try again',
    retryBusy: 'Trying…',
  },

  /** What the procedures answer; the pages have words of their own. */
  api: {
    resetRequested: 'If an account matches, a mail is on its way to it.',
    passwordChanged: 'The password is changed, and every device was signed out. Sign in with the new password.',
    codeAccepted: 'The code is right. Choose a new password now.',
    changeDisowned: 'Every device was signed out, and a mail with a link is on its way.',
    signedOut: 'Signed out.',
    sessionEnded: 'The session has ended.',
    sessionsEnded: 'All other sessions have ended.',
  },

  mail: {
    greeting: (name: string | null) => (name ? `Hello ${name},` : 'Hello,'),
    asked: (at: string, device: string | null) => `Asked for on ${at}${device ? `, from ${device}` : ''}.`,
    footer: 'This mail was sent by Latchkey because of something done with your account. Nobody reads replies to it.',
  },

  passwordResetMail: {
    subject: 'Choose a new password',
    preview: (linkSeconds: number) => `A link that works once, within ${duration(linkSeconds)}, and a code.`,
    lead: 'Someone, we hope you, asked for a new password for your account. This link lets you choose one:',
    button: 'Choose a new password',
    linkLead: 'If the button does not work, copy this address into your browser:',
    codeLead: (codeSeconds: number) => `Or type this code where you asked for it, within ${duration(codeSeconds)}:`,
    codeCare: 'Type it on our own page alone and tell it to nobody: whoever has it can choose your password.',
    terms: (linkSeconds: number) =>
      `Link and code work once, the link within ${duration(linkSeconds)}. If you ask again, only the newest mail works.`,
    notYou:
      'You did not ask for this? Then do nothing: your password is unchanged, and only this mailbox got the mail.',
  },

  passwordChangedMail: {
    subject: 'Your password was changed',
    preview: 'If this was not you, secure your account now.',
    lead: (at: string, device: string | null) =>
      `The password of your account was changed on ${at}${device ? `, from ${device}` : ''}. Every device was signed out.`,
    wasYou: 'If this was you, there is nothing to do.',
    notYou:
      'If this was not you, secure your account: it signs out every device and mails you a link to choose a new password.',
    button: 'This was not me',
    linkLead: 'If the button does not work, copy this address into your browser:',
  },
} as const
