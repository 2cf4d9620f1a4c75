'use client'

import { useState } from 'react'
import { Notice } from '@/app/_components/notice'
import { messages } from '@/messages/en'

const words = messages.code

/** Says that codes are blocked and for how long, and when it is over that it is. */
export function BlockNotice({ secondsLeft, over }: { secondsLeft: number; over: boolean }) {
  const blocked = secondsLeft > 0
  return (
    <>
      {blocked ? <Block secondsLeft={secondsLeft} /> : null}
      <div role="status">
        {over && !blocked ? (
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
  // Spoken once, with the time left then; the ticking one is to be looked up, not listened to.
  const [told] = useState(secondsLeft)
  return (
    <div className="mt-4">
      <Notice tone="problem">
        <div role="alert">
          <p className="font-semibold">{words.blockedTitle}</p>
          <p>
            {words.blocked} <span className="sr-only">{words.blockedFor(told)}</span>
          </p>
        </div>
        <p role="timer" className="tabular-nums">
          {words.blockedLeft(secondsLeft)}
        </p>
      </Notice>
    </div>
  )
}
