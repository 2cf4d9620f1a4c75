import { test } from '@playwright/test'
import { replayContracts } from './disclosure'
import { spendsEachSecretOnce, takesNoSecretForAnother } from './secrets'

const { world } = replayContracts('conceal')

test('a secret of each contract is spent through another where its form allows it, once', () =>
  spendsEachSecretOnce(world()))

test('a secret is good for what it was made for, and for nothing else', () => takesNoSecretForAnother(world()))
