'use client'

import 'swagger-ui-dist/swagger-ui.css'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'

/** Swagger UI has dark text only, so its background stays light in dark mode. */
const LIGHT = { colorScheme: 'light', background: '#fff', color: '#000' } as const

/** Swagger UI, served by this app. It is larger than all other pages together, so only this page loads it. */
export function ApiReference() {
  const t = useTranslations('apiDocs')
  const container = useRef<HTMLDivElement>(null)
  useEffect(() => {
    void import('swagger-ui-dist/swagger-ui-es-bundle.js').then(({ default: SwaggerUI }) => {
      SwaggerUI({ domNode: container.current, url: '/api/openapi.json', docExpansion: 'list', validatorUrl: null })
    })
  }, [])
  return (
    <div ref={container} className="rounded-2xl p-2" style={LIGHT}>
      <p className="p-8">{t('loading')}</p>
    </div>
  )
}
