import { expect, it } from 'vitest'
import { routesOf } from './request-metrics'

const routeOf = routesOf([
  '/',
  '/reset-password',
  '/reset-password/[uid]/[token]',
  '/reset-password/code/[id]',
  '/api/trpc/[trpc]',
  '/icon.svg',
])

it.each([
  ['/', '/'],
  ['/?token=secret', '/'],
  ['/reset-password/?token=secret', '/reset-password'],
  ['/reset-password/MTIz/secret-token/', '/reset-password/[uid]/[token]'],
  ['/reset-password/code/secret', '/reset-password/code/[id]'],
  ['/api/trpc/recovery.request', '/api/trpc/recovery.request'],
  [`/api/trpc/${'x'.repeat(100)}`, '/api/trpc/[trpc]'],
  ['/api/trpc/a%20b', '/api/trpc/[trpc]'],
  ['/iconxsvg', '*'],
  ['/nowhere/secret', '*'],
  ['*', '*'],
  ['', '*'],
  ['//elsewhere.example/secret', '*'],
  ['/reset-password//secret', '*'],
])('the route of %j is %j', (address, route) => {
  expect(routeOf(address)).toBe(route)
})
