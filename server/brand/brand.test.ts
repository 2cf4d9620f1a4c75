import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '@/server/env'
import { SERVER } from '@/server/testing/environments'
import { brandOf } from './brand'
import { logoFile } from './logo'

const brandWith = (variables: Record<string, string>) => brandOf(readEnvironment({ ...SERVER, ...variables }))

describe('the brand', () => {
  it('is Latchkey when nothing is set', () => {
    expect(brandWith({})).toMatchObject({ name: 'Latchkey', logo: null, initial: null, supportUrl: null })
  })

  it('is what the environment says', () => {
    const brand = brandWith({
      BRAND_NAME: ' Øre & Søn ',
      BRAND_LOGO: 'https://cdn.example.com/logo',
      BRAND_COLOR: '#FFD600',
      SUPPORT_URL: 'mailto:help@example.com',
    })
    expect(brand).toMatchObject({
      name: 'Øre & Søn',
      logo: { src: 'https://cdn.example.com/logo', aspect: null, showsName: false },
      initial: 'Ø',
      color: { light: { fill: '#ffd600', onFill: '#111111' } },
      supportUrl: 'mailto:help@example.com',
    })
  })

  it.each([
    ['acme', 'A'],
    ['株式会社', '株'],
    ['👩‍🚀 Rockets', '👩‍🚀'],
    ['éclair', 'É'],
  ])('%s has the initial %s', (name, initial) => {
    expect(brandWith({ BRAND_NAME: name }).initial).toBe(initial)
  })
})

describe('a logo under public/', () => {
  const folder = `/test-logos-${randomUUID()}`
  const logoWith = (name: string) => brandWith({ BRAND_LOGO: `${folder}/${name}` }).logo
  const png = Buffer.alloc(24)

  beforeAll(async () => {
    png.writeUInt32BE(300, 16)
    png.writeUInt32BE(100, 20)
    const files = {
      'wide.svg': '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100"/>',
      'tall.svg': '<svg width="20px" height="80" xmlns="http://www.w3.org/2000/svg"/>',
      'unsized.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'wide.png': png,
    }
    await mkdir(logoFile(folder), { recursive: true })
    for (const [name, content] of Object.entries(files)) await writeFile(logoFile(`${folder}/${name}`), content)
  })
  afterAll(() => rm(logoFile(folder), { recursive: true, force: true }))

  it('has the aspect of its file, and is taken to contain the name when it is wide', () => {
    expect(logoWith('wide.svg')).toMatchObject({ aspect: 4, showsName: true })
    expect(logoWith('wide.png')).toMatchObject({ aspect: 3, showsName: true })
    expect(logoWith('tall.svg')).toMatchObject({ aspect: 0.25, showsName: false })
  })

  it('has no aspect if the file does not give one, or is missing', () => {
    expect(logoWith('unsized.svg')).toMatchObject({ aspect: null, showsName: false })
    expect(logoWith('missing.svg')).toMatchObject({ aspect: null, showsName: false })
  })
})
