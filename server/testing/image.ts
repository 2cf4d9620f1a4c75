import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { layOutImage } from '@/scripts/image/lay-out'
import type { ImageUser } from '@/scripts/processes'

/** The user `nobody` of most systems. Root can become it; others run the image as themselves. */
const NOBODY = 65534

/**
 * Lays out the files of the image as the Dockerfile does, for a user who cannot write to them. Sets E2E_IMAGE, which
 * tells the tests where they are.
 * @returns the function that removes them
 */
export async function layOutTestImage(): Promise<() => Promise<void>> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-image-'))
  await fs.chmod(folder, 0o755)
  await layOutImage(path.join(folder, 'app'))
  // The runtime of this clone may be where another user cannot reach it.
  await fs.copyFile(process.execPath, path.join(folder, 'node'), fs.constants.COPYFILE_FICLONE)
  await changeModes(path.join(folder, 'app'), 0o222)
  process.env.E2E_IMAGE = folder
  return async () => {
    await changeModes(path.join(folder, 'app'), 0)
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** Takes permissions away from everyone. With 0, the owner gets back those that are needed to remove the files. */
async function changeModes(folder: string, taken: number): Promise<void> {
  await fs.chmod(folder, 0o755 & ~taken)
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) await changeModes(file, taken)
    else if (entry.isFile()) await fs.chmod(file, 0o644 & ~taken)
  }
}

/** The files of the image, and who runs them; undefined unless the tests are run with them. */
export function imageUnderTest(): ImageUser | undefined {
  const folder = process.env.E2E_IMAGE
  if (!folder) return undefined
  const isRoot = process.getuid?.() === 0
  return { folder: path.join(folder, 'app'), node: path.join(folder, 'node'), ...(isRoot && { uid: NOBODY }) }
}

/** Gives a folder to the user who runs the image, if that is another one. */
export async function giveToImageUser(folder: string): Promise<void> {
  const uid = imageUnderTest()?.uid
  if (uid !== undefined) await fs.chown(folder, uid, uid)
}
