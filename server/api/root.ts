import { accountRouter } from './routers/account'
import { recoveryRouter } from './routers/recovery'
import { sessionRouter } from './routers/session'
import { createCallerFactory, router } from './trpc'

export const appRouter = router({ recovery: recoveryRouter, session: sessionRouter, account: accountRouter })

export const createCaller = createCallerFactory(appRouter)

export type AppRouter = typeof appRouter
