/**
 * Which tests run over another application's accounts (`ACCOUNTS=external`), besides Latchkey's own. With TEST_ALL=1
 * (`npm run test:all`) those are all tests of the server, otherwise the ones of what reads or changes accounts.
 */
export const EXTERNAL_TESTS = process.env.TEST_ALL
  ? ['server/**/*.test.{ts,tsx}']
  : [
      'server/recovery/**/*.test.ts',
      'server/{mail,events,audit}/*.test.ts',
      'server/api/{handler,one-click,recovery-router}.test.ts',
      'server/contracts/controls.test.ts',
    ]

/**
 * Tests of what reads no account: how composed emails and events are delivered, what is counted, and how secrets are
 * derived. With TEST_ALL=1 they run over another application's accounts too.
 */
const READING_NO_ACCOUNT: Record<string, string> = process.env.TEST_ALL
  ? {}
  : {
      'server/mail/{burst,claim-batch,delivery,faults-together,provider-faults,restart,sender,settle,status,worker}.test.ts':
        'it delivers composed emails',
      'server/events/{delivery,example,kill,status,worker}.test.ts': 'it delivers events',
      'server/recovery/{email-volume,show-reset-form,wrong-code-alarm}.test.ts': 'it counts emails and calls',
      'server/recovery/{codes-off,lockout,repeated-code}.test.ts': 'it counts tries',
      'server/recovery/controls/{pause,revoke}.test.ts': 'it changes no account',
      'server/recovery/{derivation,form-binding}.test.ts': 'it derives secrets',
    }

const EMBEDDED = "it starts from the environment of the embedded database, which has only Latchkey's own accounts"

/** Tests that do not apply to accounts in another application, and why. */
export const OWN_ONLY: Record<string, string> = {
  ...READING_NO_ACCOUNT,
  'server/accounts/own/**': "signing in, sessions and adding accounts are the application's own business",
  'server/recovery/properties.test.ts': 'its model knows when links of own accounts die: at once, not within a minute',
  'server/api/session-router.test.ts': 'its procedures are not found: sessions belong to the application',
  'server/mail/transports/mailbox.test.ts': EMBEDDED,
  'server/http/{health,mailbox-messages,resend-webhook}.test.ts': EMBEDDED,
  'server/openapi/document.test.ts': EMBEDDED,
  'server/runtime.test.ts': EMBEDDED,
  'server/api/context.test.ts': 'it looks up sessions, which belong to the application',
  'server/api/form-call.test.ts': 'its forms sign in, which belongs to the application',
}

/** Tests of what only other applications' tables contain: shared addresses, people without a password. */
export const EXTERNAL_ONLY = 'server/recovery/external/**'
