import fs from 'node:fs/promises'
import { main } from './cli-error'
import { DECLARATION, declaration } from './declare-messages'
import { runBin } from './processes'
import { shutdownSignal } from './shutdown'
import { checkCode } from './task-runner'

await main(async () => {
  const shutdown = shutdownSignal()
  if (process.argv.includes('--write')) {
    const { ok, output } = await runBin(['biome', 'check', '--write'], { shutdown })
    await fs.writeFile(DECLARATION, declaration())
    console.log(output.trim())
    process.exit(ok ? 0 : 1)
  }
  const outcomes = await checkCode(shutdown)
  process.exit(outcomes.some(({ failed }) => failed > 0) ? 1 : 0)
})
