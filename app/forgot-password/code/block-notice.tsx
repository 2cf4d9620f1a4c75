'use client'

import { useState } from 'react'
import { Notice } from '@/app/_components/notice'
import { messages } from '@/messages/en'

const words = messages.code

/** Says that codes are blocked and for how long, and afterwards that a code can be entered again. */
export function BlockNotice({ secondsLeft, wasBlocked }: { secondsLeft: number; wasBlocked: boolean }) {
  const blocked = secondsLeft > 0
  return (
    <>
      {blocked ? <Block secondsLeft={secondsLeft} /> : null}
      <div role="status">
        {wasBlocked && !blocked ? (
          <div className="mt-4">
            <Notice tone="success" title={words.unblockedTitle}>
              {words.unblocked}
            </Notice>
          </div>
        ) : null}
      </div>
    </>
  )
}

function Block({ secondsLeft }: { secondsLeft: number }) {
  // Screen readers announce the wait once. The countdown is visible, but changes too often to announce.
  const [announcedSeconds] = useState(secondsLeft)
  return (
    <div className="mt-4">
      <Notice tone="problem">
        <div role="alert">
          <p className="font-semibold">{words.blockedTitle}</p>
          <p>
            {words.blocked} <span className="sr-only">{words.blockedFor(announcedSeconds)}</span>
          </p>
        </div>
        <p role="timer" className="tabular-nums">
          {words.blockedLeft(secondsLeft)}
        </p>
      </Notice>
    </div>
  )
}
