import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { ApiReference } from './api-reference'

export const generateMetadata = pageTitle('apiDocs')

/** The reference of `/api/openapi.json`. */
export default function ApiDocsPage() {
  return (
    <main className="mx-auto max-w-5xl px-4 py-8">
      <ClientTexts parts={['apiDocs']}>
        <ApiReference />
      </ClientTexts>
    </main>
  )
}
