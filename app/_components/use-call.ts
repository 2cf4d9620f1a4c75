'use client'

import { useRef, useState } from 'react'
import { type Refusal, readRefusal } from './refusal'

type State<Input, Output> = { input?: Input } & (
  | { busy: boolean; done: false; result?: undefined; refusal?: Refusal }
  | { busy: false; done: true; result: Output; refusal?: undefined }
)

const IDLE = { busy: false, done: false } as const

/** A call that a button starts, with its result or the reason why the server refused it. Only one runs at a time. */
export function useCall<Output, Input = void>(call: (input: Input) => Promise<Output>) {
  const [state, setState] = useState<State<Input, Output>>(IDLE)
  // A ref, because a double click comes before React renders the first state change.
  const inFlight = useRef(false)

  /** Starts the call, unless one is in flight. Resolves to the refusal if there was one; never rejects. */
  async function run(input: Input): Promise<Refusal | undefined> {
    if (inFlight.current) return undefined
    inFlight.current = true
    setState({ busy: true, done: false, input })
    try {
      setState({ busy: false, done: true, input, result: await call(input) })
      return undefined
    } catch (error) {
      const refusal = readRefusal(error)
      setState({ busy: false, done: false, input, refusal })
      return refusal
    } finally {
      inFlight.current = false
    }
  }

  function reset() {
    inFlight.current = false
    setState(IDLE)
  }

  return { ...state, run, reset }
}
