import { runTests } from './test-steps'

await runTests((run) => run.everything())
