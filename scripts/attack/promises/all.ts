import type { PromiseGroup } from '@/scripts/attack/promise'
import { codes } from './codes'
import { jwt } from './jwt'
import { limits } from './limits'
import { links } from './links'
import { recipients } from './recipients'
import { redeem } from './redeem'
import { allAnswers, requests } from './requests'
import { strangers } from './strangers'
import { tokens } from './tokens'
import { web } from './web'

/**
 * Every group of promises, in the order in which they are attacked: first what needs no email, then the first email,
 * then the second, then what uses up budgets.
 */
export const PROMISE_GROUPS: readonly PromiseGroup[] = [
  web,
  requests,
  recipients,
  strangers,
  links,
  jwt,
  codes,
  tokens,
  redeem,
  limits,
  allAnswers,
]
