import { test } from '@playwright/test'
import { declareContractTests } from './contract-tests'
import { answersAlike } from './indistinguishable-accounts'
import { acceptsNoSecretForAnotherPurpose, spendsEachSecretOnce } from './secrets-across-contracts'

// With ACCOUNTS=external, in front of the members of another application.
const { contractApp } = declareContractTests('conceal', 'external')

test('every kind of account gets the same responses, byte for byte', () => answersAlike(contractApp()))

test('a secret works for its own purpose and account only', () => acceptsNoSecretForAnotherPurpose(contractApp()))

test('a secret of one contract works once through each contract that accepts its form', () =>
  spendsEachSecretOnce(contractApp()))
