'use client'

import 'swagger-ui-dist/swagger-ui.css'
import { useEffect, useRef } from 'react'
import { messages } from '@/messages/en'

/** Its words are dark, whatever the device prefers. */
const LIGHT = { colorScheme: 'light', background: '#fff', color: '#000' } as const

/** Swagger UI, from this app's own files; loaded here alone, for it is larger than all the other pages. */
export function ApiReference() {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    void import('swagger-ui-dist/swagger-ui-es-bundle.js').then(({ default: SwaggerUI }) => {
      SwaggerUI({ domNode: place.current, url: '/api/openapi.json', docExpansion: 'list', validatorUrl: null })
    })
  }, [])
  return (
    <div ref={place} className="rounded-2xl p-2" style={LIGHT}>
      <p className="p-8">{messages.apiDocs.loading}</p>
    </div>
  )
}
