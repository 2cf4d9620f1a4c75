'use client'

import type { inferRouterOutputs } from '@trpc/server'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useActionState, useState } from 'react'
import { Button } from '@/app/_components/button'
import { LocalTime } from '@/app/_components/local-time'
import { Notice } from '@/app/_components/notice'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import type { AppRouter } from '@/server/api/root'
import { AccountRefusal } from './account-refusal'
import { endSessions } from './action'
import { useDeviceName } from './device-name'

type Session = inferRouterOutputs<AppRouter>['account']['sessions'][number]

interface SessionListProps {
  sessions: Session[]
  /** What the last form did, if it was posted without JavaScript. */
  done: { what: string; detail: string } | null
}

export function SessionList({ sessions, done }: SessionListProps) {
  const [state, action] = useActionState(endSessions, null)
  const t = useTranslations('account')
  const router = useRouter()
  const deviceName = useDeviceName()
  const nameOf = ({ device }: Session) => deviceName(device)
  const [ended, setEnded] = useState(() => {
    if (done?.what === 'sessions-ended') return t('endedOthers')
    return done?.what === 'session-ended' ? t('endedSession', { device: done.detail }) : ''
  })
  const finish = (announcement: string) => {
    setEnded(announcement)
    router.refresh()
    // The pressed button is about to disappear, so move the focus to the section's heading.
    document.getElementById('sessions')?.focus()
  }
  const endOne = useCall(async (session: Session) => {
    await trpc.account.endSession.mutate({ id: session.id })
    finish(t('endedSession', { device: nameOf(session) }))
  })
  const endOthers = useCall(async () => {
    await trpc.account.endOtherSessions.mutate()
    finish(t('endedOthers'))
  })
  const begin = () => {
    setEnded('')
    endOne.reset()
    endOthers.reset()
  }
  const others = sessions.filter((session) => !session.current)

  return (
    <>
      <ul className="divide-y divide-hairline">
        {sessions.map((session) => (
          // In a narrow window the button is below the text, as wide as the other buttons of the page.
          <li key={session.id} className="grid gap-x-4 gap-y-2 py-3 first:pt-0 sm:grid-cols-[1fr_auto] sm:items-center">
            <div>
              <p className="flex flex-wrap items-center gap-x-2 font-medium">
                <span>{nameOf(session)}</span>
                {session.current ? (
                  <span className="rounded-full bg-success-wash px-2.5 text-sm text-success">{t('thisDevice')}</span>
                ) : null}
              </p>
              <p className="flex flex-col text-sm text-ink-soft sm:flex-row sm:flex-wrap sm:gap-x-4">
                <span>{t.rich('signedIn', { time: () => <LocalTime at={session.createdAt} /> })}</span>
                <span>{t.rich('lastSeen', { time: () => <LocalTime at={session.lastSeenAt} /> })}</span>
              </p>
            </div>
            {session.current ? null : (
              <form action={action} className="grid">
                <input type="hidden" name="device" value={nameOf(session)} />
                <Button
                  name="id"
                  value={session.id}
                  variant="secondary"
                  label={t('endSessionOf', { device: nameOf(session) })}
                  busy={endOne.busy && endOne.input?.id === session.id}
                  busyLabel={t('endSessionBusy')}
                  onClick={() => {
                    begin()
                    void endOne.run(session)
                  }}
                >
                  {t('endSession')}
                </Button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <form action={action} className="mt-3 grid sm:block">
        {others.length > 0 ? (
          <Button
            variant="secondary"
            name="intent"
            value="end-others"
            busy={endOthers.busy}
            busyLabel={t('endSessionBusy')}
            onClick={() => {
              begin()
              void endOthers.run()
            }}
          >
            {t('endOthers')}
          </Button>
        ) : (
          <p className="text-ink-soft">{t('onlyHere')}</p>
        )}
      </form>
      {ended ? (
        <div className="mt-4">
          <Notice tone="success" live>
            {ended}
          </Notice>
        </div>
      ) : null}
      <AccountRefusal
        refusal={endOne.refusal ?? endOthers.refusal ?? (endOne.busy || endOthers.busy ? undefined : state?.refusal)}
      />
    </>
  )
}
