import type { Refusal } from './refusal'

/**
 * The state of a form that was posted without JavaScript. Null on a page that was just opened.
 * The page contains it and the browser sends it back with the next post, so it must hold nothing secret.
 */
export interface FormState {
  refusal?: Refusal
  /** The typed values by the names of their inputs. Never a password or a code. */
  values: Record<string, string>
}
