import { expect, it } from 'vitest'
import { isFormPost, pageOf } from './form-post'

const FORM = 'multipart/form-data; boundary=x'

it('knows the form of a page by its method, path and content type', () => {
  for (const target of ['/sign-in', '/sign-in/', '/sign-in?a=b', '/forgot-password/code', '/account#x'])
    expect(isFormPost('POST', target, FORM), target).toBe(true)
  for (const target of ['/', '/dev/mailbox', '/api/trpc/session.signIn', '/sign-in/x', '//sign-in', '/sign%2Din', ''])
    expect(isFormPost('POST', target, FORM), target).toBe(false)
  for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS', '']) expect(isFormPost(method, '/sign-in', FORM)).toBe(false)
  for (const type of [
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/plain',
    '',
    null,
  ])
    expect(isFormPost('POST', '/sign-in', type), `${type}`).toBe(false)
})

it('finds the path of a page in a request target', () => {
  expect(['/a', '/a/', '/a?b=/c/', '/a/#b', '', undefined].map(pageOf)).toEqual(['/a', '/a', '/a', '/a', '', ''])
})
