/** The fields of a form that a browser without JavaScript posts. */
export type Fields = [name: string, value: string][]

const unescaped = (html: string) =>
  html
    .replace(/&quot;/g, '"')
    .replace(/&#x27;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

/** The hidden fields of a page's first form with an action. */
export function hiddenFieldsIn(html: string): Fields {
  const form =
    [...html.matchAll(/<form[^>]*>.*?<\/form>/gs)].map(([each]) => each).find((each) => each.includes('$ACTION_')) ?? ''
  return [...form.matchAll(/<input type="hidden"([^>]*)>/g)].map(([, attributes = '']) => [
    unescaped(/name="([^"]*)"/.exec(attributes)?.[1] ?? ''),
    unescaped(/value="([^"]*)"/.exec(attributes)?.[1] ?? ''),
  ])
}

/** The body of a post with these fields, for the headers `FROM_PAGE`. */
export const multipart = (fields: Fields) =>
  `${fields.map(([name, value]) => `------boundary\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}------boundary--\r\n`

/** The headers of a form that was posted from a page of this website. */
export const FROM_PAGE = {
  'content-type': 'multipart/form-data; boundary=----boundary',
  origin: 'null',
  'sec-fetch-site': 'same-origin',
}

/** Changes the value of the fields whose names match. */
export const changed = (fields: Fields, name: RegExp, change: (value: string) => string): Fields =>
  fields.map(([each, value]) => [each, name.test(each) ? change(value) : value])
