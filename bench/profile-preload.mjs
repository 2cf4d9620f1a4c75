import fs from 'node:fs'
import { Session } from 'node:inspector'
import path from 'node:path'

/** Loaded into the server by `npm run bench -- profile`. The first SIGUSR2 starts a CPU profile, the second one writes it. */

const SAMPLE_EVERY_US = 200
let session

process.on('SIGUSR2', () => {
  if (!session) {
    session = new Session()
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US })
    session.post('Profiler.start')
    return
  }
  session.post('Profiler.stop', (_, { profile }) => {
    const file = path.join(process.env.PROFILE_FOLDER, 'profile.json')
    // Its reader waits for the file, which must be whole.
    fs.writeFileSync(`${file}.part`, JSON.stringify(profile))
    fs.renameSync(`${file}.part`, file)
  })
  session.disconnect()
  session = undefined
})
