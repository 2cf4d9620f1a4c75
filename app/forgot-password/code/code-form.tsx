'use client'

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/app/_components/button'
import { type Refusal, readRefusal, sentence, toReason } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useSecondsLeft } from '@/app/_components/seconds-left'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'
import { CODE_LENGTH, codeSchema } from '@/server/core/schemas'
import { BlockNotice } from './block-notice'
import { CodeField } from './code-field'

const words = messages.code

// A code of another length cannot be right: it is said here, and costs no try.
const wholeCode = codeSchema.refine((code) => code.length === CODE_LENGTH, { error: 'code-not-numeric' })

interface CodeFormProps {
  /** The id of the words that say where the mail went. */
  describedBy: string
  codeSeconds: number
  blockedUntil: number
  learn: (news: { blockedSeconds: number } | null) => void
}

/** Takes the code, by itself once it is whole. A refused one is cleared, and the focus stays for the next. */
export function CodeForm({ describedBy, codeSeconds, blockedUntil, learn }: CodeFormProps) {
  const [code, setCode] = useState('')
  const [fault, setFault] = useState<string>()
  const [refusal, setRefusal] = useState<Refusal>()
  const [wasBlocked, setWasBlocked] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const inFlight = useRef(false)
  const blocked = useSecondsLeft(blockedUntil)
  const verify = trpc.recovery.verifyCode.useMutation()
  const busy = verify.isPending || verify.isSuccess
  const held = busy || blocked > 0

  useEffect(() => {
    if (blocked > 0) setWasBlocked(true)
  }, [blocked])

  async function send(typed: string) {
    // A ref, because the sixth digit and Enter may both come before the first state change is drawn.
    if (inFlight.current || blocked > 0) return
    setWasBlocked(false)
    setRefusal(undefined)
    const checked = wholeCode.safeParse(typed)
    setFault(checked.success ? undefined : sentence(toReason(checked.error.issues[0]?.message ?? '')))
    if (!checked.success) {
      input.current?.focus()
      input.current?.select()
      return
    }
    inFlight.current = true
    try {
      await verify.mutateAsync({ code: checked.data })
      // A whole new document, which reads the grant; the way back leads past the code, which is spent.
      window.location.replace('/reset-password')
    } catch (error) {
      inFlight.current = false
      refuse(readRefusal(error))
    }
  }

  function refuse(refused: Refusal) {
    const { reason, details } = refused
    if (reason === 'flow-missing') return learn(null)
    if (reason !== 'code-wrong' && reason !== 'code-blocked') return setRefusal(refused)
    setCode('')
    if (details.retryAfterSeconds) learn({ blockedSeconds: details.retryAfterSeconds })
    else setFault(sentence(reason, details))
    input.current?.focus()
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault()
    void send(code)
  }

  return (
    <form onSubmit={onSubmit} noValidate method="post" className="mt-5">
      <CodeField
        ref={input}
        value={code}
        onChange={(typed) => {
          setCode(typed)
          setFault(undefined)
        }}
        onWhole={send}
        onTooLong={() => setFault(sentence('code-not-numeric'))}
        hint={words.hint(codeSeconds)}
        fault={fault}
        describedBy={describedBy}
        held={held}
      />
      <Button busy={busy} held={blocked > 0} busyLabel={busy ? words.busy : words.held}>
        {words.submit}
      </Button>
      <BlockNotice secondsLeft={blocked} over={wasBlocked} />
      <RefusalNotice refusal={refusal} />
    </form>
  )
}
