import { accountRouter } from './account-router'
import { recoveryRouter } from './recovery-router'
import { sessionRouter } from './session-router'
import { createCallerFactory, router } from './trpc'

export const appRouter = router({ recovery: recoveryRouter, session: sessionRouter, account: accountRouter })

export const createCaller = createCallerFactory(appRouter)

export type AppRouter = typeof appRouter
