// Made from en.json by `npm run format`. Do not edit.
declare const messages: {
  "errors": {
    "identifier-missing": "Enter your email address or username.",
    "identifier-malformed": "Enter an email address, like name@example.com, or a username.",
    "password-missing": "Enter a password.",
    "confirmation-missing": "Enter the new password again.",
    "passwords-differ": "The passwords don’t match. Enter the same password in both fields.",
    "password-too-short": "{limit, plural, =0 {This password is too short. Use a longer one.} one {Use at least # character.} other {Use at least # characters.}}",
    "password-too-long": "{limit, plural, =0 {This password is too long. Use a shorter one.} one {Use at most # character.} other {Use at most # characters.}}",
    "password-too-many-bytes": "{limit, plural, =0 {This password is too long. Use a shorter one.} one {This password is too long. Use at most # character.} other {This password is too long. Use at most # characters, or fewer if it has accents, other scripts or emoji.}}",
    "password-unusable-character": "This password contains a character that can’t be used. Choose another one.",
    "password-too-common": "This password is too common, so it’s easy to guess. Choose another one.",
    "password-too-simple": "This password repeats or follows a pattern, so it’s easy to guess. Choose another one.",
    "password-personal": "This password is too close to a name, username, email address or the word {brand}. Choose another one.",
    "password-breached": "This password was exposed in a data breach, so attackers will try it. Choose another one.",
    "code-missing": "Enter the six-digit code from the email.",
    "code-not-numeric": "Enter all six digits of the code, using only the numbers 0 to 9.",
    "code-wrong": "{triesLeft, plural, =0 {{wait, select, none {Too many wrong codes. Wait a moment before you enter another, or use the link in the email.} other {Too many wrong codes. Wait {wait} before you enter another, or use the link in the email.}}} one {This code is wrong or has expired. Check the latest email. You have # try left.} other {This code is wrong or has expired. Check the latest email. You have # tries left.}}",
    "code-blocked": "{wait, select, none {Too many wrong codes. Wait a moment, or use the link in the email. It still works.} other {Too many wrong codes. Wait {wait}, or use the link in the email. It still works.}}",
    "codes-off": "Codes are turned off for this account because too many wrong ones were entered. Use the link in the email instead.",
    "flow-missing": "Enter your email address or username first, then the code.",
    "grant-unknown": "This code no longer works. You’ve already used it, or we’ve sent a newer email.",
    "grant-expired": "You ran out of time to choose a password. Open the link in the same email, or request a new email.",
    "secret-changed": "Another link has been opened in this browser, so we haven’t changed anything. Reload this page, or open the link in your email again.",
    "account-frozen": "Support has stopped password resets for this account, so we haven’t changed anything. Contact support.",
    "recovery-paused": "We’ve paused password resets for now. Nothing you entered is lost. Try again later.",
    "codes-paused": "We’ve paused codes for now. Open the link in the same email instead. Nothing you entered is lost.",
    "links-paused": "We’ve paused links for now. Enter the code from the same email instead, or try again later. Nothing you entered is lost.",
    "account-unknown": "We can’t find an account with this email address or username. Check for typos.",
    "sign-in-failed": "The email, username or password is incorrect. Check what you entered and try again.",
    "not-signed-in": "You’ve been signed out. Sign in again to continue.",
    "link-unknown": "This link doesn’t work. Copy the whole link from our email, or request a new one.",
    "link-expired": "This link has expired. Request a new one.",
    "link-used": "This link has already been used. Each link works once.",
    "link-superseded": "We’ve sent a newer email. Use the link in that one.",
    "asked-too-soon": "{wait, select, none {You’ve just requested an email. Wait a moment before you request another.} other {You’ve just requested an email. Wait {wait} before you request another.}}",
    "too-many-requests": "{wait, select, none {Too many attempts. Wait a moment and try again.} other {Too many attempts. Wait {wait} and try again.}}",
    "busy": "{wait, select, none {This service is temporarily unavailable. Wait a moment and try again.} other {This service is temporarily unavailable. Wait {wait} and try again.}}",
    "network": "We can’t connect. Check your internet connection and try again. Nothing you entered is lost.",
    "page-outdated": "This page was out of date, so nothing was sent. Try again.",
    "internal": "{reference, select, none {Something went wrong on our side. Try again in a moment.} other {Something went wrong on our side. Try again in a moment. If it keeps happening, contact support with this reference: {reference}}}"
  },
  "events": {
    "reset-requested": "Password reset requested",
    "reset-mailed": "Password reset email sent",
    "reset-refused": "Password reset requested, but no email was sent",
    "code-accepted": "Code entered correctly",
    "code-blocked": "Codes blocked after three wrong codes",
    "password-changed": "Password changed",
    "account-secured": "Account secured after a password change that wasn’t yours",
    "sessions-ended": "Devices signed out",
    "signed-in": "Signed in",
    "sign-in-failed": "Failed sign-in attempt",
    "mail-bounced": "An email to you couldn’t be delivered",
    "mail-complained": "One of our emails was reported as spam",
    "codes-disabled": "Codes turned off after 30 wrong codes in a row",
    "emails-stopped": "Password reset emails stopped for 24 hours",
    "emails-allowed": "Password reset emails turned on again",
    "recovery-frozen": "Password resets stopped by support",
    "recovery-unfrozen": "Password resets allowed again by support",
    "secrets-revoked": "Links and codes cancelled by support"
  },
  "deadLink": {
    "missing": {
      "title": "Open the link in your email",
      "body": "To choose a new password, use the link or the code that we email you. If you’ve already changed your password, sign in with the new one."
    },
    "link-unknown": {
      "title": "This link doesn’t work",
      "body": "Copy the whole link from our email, or request a new one."
    },
    "link-expired": {
      "title": "This link has expired",
      "body": "Request a new one to reset your password."
    },
    "link-used": {
      "title": "This link has already been used",
      "body": "Sign in with your new password, or request a new link if you didn’t change it."
    },
    "link-superseded": {
      "title": "This link has been replaced",
      "body": "Open the link in our latest email, or request another."
    },
    "grant-unknown": {
      "title": "This code no longer works",
      "body": "You’ve already used it, or we’ve sent a newer email. If you’ve changed your password, sign in. If you haven’t, request a new email now."
    },
    "grant-expired": {
      "title": "You ran out of time",
      "body": "To keep your account safe, you have a few minutes to choose a password after you enter a code. Open the link in the same email, or request a new one."
    }
  },
  "refusedLink": {
    "too-many-requests": {
      "title": "Wait before you open this link",
      "body": "Too many links have been opened from your network. Yours hasn’t been used. Come back to this page, or open the link in your email again."
    },
    "account-frozen": {
      "title": "Password resets are stopped for this account",
      "body": "Support has stopped them, and nothing has changed. Contact support to get back into your account."
    },
    "recovery-paused": {
      "title": "Password resets are paused",
      "body": "We’ve paused them for everyone, and nothing has changed. Try again later. If your link has expired by then, request a new one."
    },
    "codes-paused": {
      "title": "Codes are paused",
      "body": "We’ve paused them for everyone. Open the link in the same email instead."
    },
    "links-paused": {
      "title": "Links are paused",
      "body": "We’ve paused them for everyone. Enter the code from the same email instead, or try again later."
    }
  },
  "layout": {
    "description": "Reset your password and get back into your account."
  },
  "language": {
    "label": "Language",
    "submit": "Change language"
  },
  "support": {
    "help": "Get help",
    "contact": "Contact support",
    "usualWay": "You can reach {brand} the way you usually do."
  },
  "field": {
    "account": "Email or username",
    "password": "Password",
    "capsLock": "Caps Lock is on.",
    "show": "Show",
    "hide": "Hide",
    "showPassword": "{field, select, again {Show new password again} new {Show new password} other {Show password}}",
    "hidePassword": "{field, select, again {Hide new password again} new {Hide new password} other {Hide password}}"
  },
  "retry": {
    "idle": "Try again",
    "waiting": "Try again in {clock}",
    "waitFor": "Wait {duration}.",
    "ready": "You can try again now.",
    "reload": "Reload this page",
    "busy": "Loading…"
  },
  "home": {
    "title": "Sign in or reset your password",
    "lead": "If you’ve forgotten your password, we’ll email you a link and a code to choose a new one.",
    "signIn": "Sign in",
    "forgot": "I forgot my password"
  },
  "signIn": {
    "title": "Sign in",
    "submit": "Sign in",
    "busy": "Signing in…",
    "forgot": "Forgot your password?"
  },
  "paused": {
    "title": "Password resets are paused",
    "body": "We’ve paused them for everyone. Nothing has changed in your account. Try again later."
  },
  "forgotPassword": {
    "title": "Forgot your password?",
    "lead": "Enter your email address or username. We’ll email you a link and a code. Use either to choose a new password.",
    "submit": "Email me a link and a code",
    "busy": "Sending…",
    "busyFinding": "Searching…",
    "haveCode": "I already have a code",
    "signIn": "Back to sign in"
  },
  "confirmAccount": {
    "title": "Is this you?",
    "lead": "We’ll email a link and a code to the address above.",
    "yes": "Yes, send the email",
    "busy": "Sending…",
    "no": "No, use another account"
  },
  "code": {
    "title": "Check your email",
    "sentConcealed": "If there’s an account for <account></account>, we’ve sent an email with a link and a six-digit code.",
    "sent": "We’ve sent an email with a link and a six-digit code to the owner of <account></account>.",
    "sentLinkConcealed": "If there’s an account for <account></account>, we’ve sent an email with a link.",
    "sentLink": "We’ve sent an email with a link to the owner of <account></account>.",
    "openMailbox": "Open {provider}",
    "newTab": "(opens in a new tab)",
    "label": "Six-digit code",
    "hint": "Enter the code from our latest email. It works for {duration}.",
    "submit": "Continue",
    "busy": "Checking…",
    "submitBlocked": "Codes are blocked",
    "blockedTitle": "Too many wrong codes",
    "blocked": "Three wrong codes were entered for this account. The link in the email still works.",
    "blockedFor": "Wait {duration}.",
    "blockedUntil": "You can enter a code again after {time}.",
    "blockedLeft": "You can enter a code again in {clock}.",
    "unblockedTitle": "You can enter a code again",
    "unblocked": "Use the code from our latest email, or open the link in it.",
    "linkTitle": "Or open the link in the email",
    "link": "It works on any device for {duration}.",
    "spam": "Can’t find it? Check your spam folder, and check that the account above is right.",
    "otherAccount": "Use another account",
    "offTitle": "Use the link in your email",
    "off": "Too many wrong codes were entered for this account, so we’ve turned codes off until the password has been changed.",
    "linksPaused": "We’ve paused links for now. Enter the code instead, or try the link again later.",
    "onlyLinksPaused": "We’ve paused links for now. Try the link again later.",
    "codesPausedTitle": "Codes are paused",
    "codesPaused": "We’ve paused codes for now. Open the link in the email instead, or come back to this page later.",
    "overTitle": "You can’t use this page any more",
    "over": "Your password has already been changed, or your request has expired.",
    "newEmail": "Request a new email",
    "signIn": "Sign in"
  },
  "resend": {
    "idle": "Send the email again",
    "waitingUntil": "You can send it again after {time}.",
    "waiting": "Send again in {clock}",
    "busy": "Sending…",
    "ready": "You can send the email again now.",
    "sent": "If there’s an account, we’ve sent another email. Only the latest link and code work."
  },
  "resetPassword": {
    "title": "Choose a new password",
    "lead": "This changes the password of <account></account> and signs you out on all your devices.",
    "notYou": "This isn’t my account",
    "password": "New password",
    "confirmPassword": "New password again",
    "rules": "Password requirements",
    "ruleLength": "{least, plural, one {At least # character} other {At least # characters}}",
    "ruleLengthShort": "{least, plural, one {At least # character ({typed, number} so far)} other {At least # characters ({typed, number} so far)}}",
    "ruleLongest": "{limit, plural, one {At most # character} other {At most # characters}}",
    "ruleSimple": "Not a simple pattern, such as 12345678, and not the word {brand}",
    "ruleMatch": "Both passwords match",
    "met": "Met:",
    "unmet": "Not met:",
    "liveShort": "{missing, plural, one {# more character needed.} other {# more characters needed.}}",
    "liveLong": "{limit, plural, one {Too long. Use at most # character.} other {Too long. Use at most # characters.}}",
    "liveSimple": "Easy to guess. Don’t use a simple pattern or the word {brand}.",
    "liveDiffer": "Long enough. The passwords don’t match yet.",
    "liveReady": "Long enough, and the passwords match.",
    "strengthWaiting": "We’ll estimate its strength as you type.",
    "strengthUnknown": "We can’t estimate its strength right now. You can still use it.",
    "strength": "{level, select, common {Estimated strength: very weak. It’s among the passwords that attackers try first.} veryWeak {Estimated strength: very weak} weak {Estimated strength: weak} fair {Estimated strength: fair} good {Estimated strength: good} other {Estimated strength: strong}}",
    "submit": "Change password",
    "busy": "Changing…",
    "newLink": "Request a new link",
    "newEmail": "Request a new email",
    "enterCode": "Enter the code",
    "signIn": "Sign in",
    "doneTitle": "Password changed",
    "doneBody": "We’ve signed you out on all your devices and sent you an email to confirm the change. Sign in with your new password."
  },
  "device": {
    "name": "{browser} on {system}",
    "unknown": "Unknown device"
  },
  "account": {
    "title": "Your account",
    "name": "Name",
    "email": "Email",
    "username": "Username",
    "signOut": "Sign out",
    "signOutBusy": "Signing out…",
    "signInAgain": "Sign in again",
    "suppressionTitle": "We can’t email you",
    "suppression": {
      "bounced": "We couldn’t deliver our email to <email></email>, so we’ve stopped sending to it. You won’t receive password reset emails. Contact support to change your address or to try this one again.",
      "complained": "Our email to <email></email> was reported as spam, so we’ve stopped sending to it. You won’t receive password reset emails. Contact support to turn our emails back on.",
      "stopped": "You asked us to stop sending password reset emails to <email></email> for 24 hours. To turn them on again, open the link that you used to stop them."
    },
    "passwordTitle": "Password",
    "passwordLead": "To change your password, request an email with a link. Your current password works until you choose a new one.",
    "requestReset": "Email me a reset link",
    "requestResetBusy": "Sending…",
    "requestResetSent": "If we haven’t just emailed you, an email with a link is on its way to <email></email>.",
    "typeCode": "Enter the code from the email instead",
    "sessionsTitle": "Where you’re signed in",
    "thisDevice": "This device",
    "signedIn": "Signed in <time></time>",
    "lastSeen": "Last active <time></time>",
    "endSession": "Sign out",
    "endSessionOf": "Sign out {device}",
    "endSessionBusy": "Signing out…",
    "endedSession": "{device} has been signed out.",
    "endOthers": "Sign out all other devices",
    "endedOthers": "All other devices have been signed out.",
    "onlyHere": "You aren’t signed in anywhere else.",
    "eventsTitle": "Recent activity",
    "eventsLead": "If you don’t recognise something here, change your password.",
    "noEvents": "No activity yet."
  },
  "secureAccount": {
    "title": "Secure your account",
    "lead": "Didn’t change your password? We’ll disable the current password, sign out all devices and email you a link to choose a new one.",
    "submit": "Secure my account",
    "busy": "Securing…",
    "wasMe": "If it was you, close this page. You don’t need to do anything.",
    "doneTitle": "Now choose a new password",
    "doneBody": "We’ve disabled the old password, signed out all devices and emailed you a link to choose a new one.",
    "elsewhereTitle": "Contact support now",
    "elsewhereBody": "We’ve disabled the password and signed out all devices. We haven’t sent a link, because the email address of your account was changed too, or support has stopped password resets for it. Contact support to get your account back.",
    "doneMailbox": "If someone else may be reading your email, change your email password first.",
    "noEmail": "Can’t find the email? Check your spam folder, or request another.",
    "anotherEmail": "Request another email",
    "missingTitle": "Open the link in your email",
    "missingBody": "To secure your account, use the link in the email about your password change.",
    "deadBody": "You can still secure your account. Request a link and choose a new password.",
    "newLink": "Request a link"
  },
  "stopEmails": {
    "title": "Stop password reset emails",
    "lead": "Getting password reset emails that you didn’t request? You can stop them for 24 hours.",
    "keeps": "The link in the email you already have keeps working. We’ll still email you if your password changes.",
    "submit": "Stop these emails",
    "busy": "Stopping…",
    "allow": "Allow emails again",
    "allowBusy": "Allowing…",
    "stoppedTitle": "Password reset emails are stopped",
    "stopped": "We won’t send you any until <time></time>.",
    "undo": "Need one sooner? You can allow them again.",
    "allowedTitle": "Password reset emails are allowed again",
    "allowed": "If you need to reset your password, request a new email.",
    "newEmail": "Request a new email",
    "missingTitle": "Open the link in your email",
    "missingBody": "To stop password reset emails, or to allow them again, use the link at the end of a password reset email.",
    "deadBody": "Copy the whole link from our latest email. The links in old emails stop working after some time."
  },
  "mailbox": {
    "title": "Development mailbox",
    "lead": "Emails are stored here instead of being sent. New emails appear automatically.",
    "empty": "No emails yet.",
    "refresh": "Refresh",
    "back": "All emails",
    "from": "From",
    "to": "To",
    "at": "Sent",
    "html": "HTML",
    "text": "Plain text",
    "view": "Show as",
    "colors": "Colours",
    "automaticColors": "Automatic",
    "light": "Light",
    "dark": "Dark",
    "copyCode": "Copy code",
    "copied": "Copied"
  },
  "apiDocs": {
    "title": "API reference",
    "loading": "Loading the reference…"
  },
  "notFound": {
    "title": "Page not found",
    "body": "Check the address for typos. The page may also have moved or been removed.",
    "home": "Go to the home page"
  },
  "problem": {
    "title": "Something went wrong",
    "body": "The problem is on our side. Try again in a moment.",
    "reference": "Reference: {digest}",
    "retry": "Try again",
    "retryBusy": "Trying…",
    "home": "Go to the home page"
  },
  "email": {
    "shared": {
      "greeting": "Hello {name},",
      "greetingWithoutName": "Hello,",
      "copyLink": "If the button doesn’t work, copy this address into your browser:",
      "username": "Username: {username}",
      "requestedAt": "Requested: {time}",
      "changedAt": "Changed: {time}",
      "device": "Device: {device}",
      "support": "Need help? Contact us:",
      "footer": "{brand} sent this email because of activity on your account. Replies aren’t read."
    },
    "passwordReset": {
      "subject": "Reset your {brand} password",
      "preview": "Choose a new password within {duration}. If you didn’t request this, ignore this email.",
      "lead": "We received a request to reset your password. To choose a new one:",
      "button": "Choose a new password",
      "codeCare": "Only enter the code on our website, and don’t share it with anyone. Anyone who has it can change your password.",
      "codesOff": "This email has no code, because someone entered too many wrong codes for your account. Codes work again after you reset your password with the link.",
      "terms": "The link works for {duration}. You can change your password once with this email, by link or by code. A newer email replaces this one.",
      "termsWithoutCode": "The link works for {duration}. You can change your password once with this email. A newer email replaces this one.",
      "last": "We’ve emailed you several times today, so we won’t send another reset email for the next {duration}. Keep this one: its link works until then.",
      "notYou": "If you didn’t request this, you can ignore this email. Your password hasn’t changed.",
      "stop": "If you keep getting these emails, you can stop them for 24 hours:",
      "codeLead": "Or enter this code on the page where you requested it, within {duration}:"
    },
    "signInVia": {
      "subject": "How to sign in to {brand}",
      "preview": "You sign in with {provider}, so there’s no password to reset.",
      "lead": "We received a request to reset your password. Your account has no password: you sign in with {provider}.",
      "next": "Go to the sign-in page and choose {provider}. There’s nothing to reset here.",
      "notYou": "If you didn’t request this, you can ignore this email. Nothing has changed."
    },
    "passwordChanged": {
      "subject": "Your {brand} password was changed",
      "preview": "If this wasn’t you, secure your account now.",
      "lead": "Your password was changed, and we’ve signed you out on all devices.",
      "wasYou": "If this was you, you don’t need to do anything.",
      "notYou": "If this wasn’t you, secure your account now. We’ll disable the current password, sign out all devices and email you a link to choose a new one. This link works for 7 days.",
      "button": "This wasn’t me"
    }
  }
}
export default messages
