import { replayContracts } from './disclosure'

replayContracts('conceal')
