import { endOfScript } from './ending'
import { main } from './problem'
import { checkCode, runBin } from './steps'

await main(async () => {
  const ending = endOfScript()
  if (process.argv.includes('--write')) {
    const { ok, output } = await runBin(['biome', 'check', '--write'], { ending })
    console.log(output.trim())
    process.exit(ok ? 0 : 1)
  }
  const outcomes = await checkCode(ending)
  process.exit(outcomes.some(({ failed }) => failed > 0) ? 1 : 0)
})
