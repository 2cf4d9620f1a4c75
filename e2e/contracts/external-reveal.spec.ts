import { declareContractTests } from './contract-tests'

// `npm run test:all` also runs the contracts in front of another application's members under `reveal`.
if (process.env.TEST_ALL) declareContractTests('reveal', 'external')
