import { declareContractTests } from './contract-tests'

// The contracts in front of another application's members, under `reveal`.
declareContractTests('reveal', 'external')
