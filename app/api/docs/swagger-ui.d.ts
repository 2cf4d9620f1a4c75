declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** Fills a place with the reference of an OpenAPI document. */
  export default function SwaggerUI(options: {
    domNode: HTMLElement | null
    url: string
    docExpansion: 'list' | 'full' | 'none'
    /** Null asks nobody else whether the document is valid. */
    validatorUrl: null
  }): void
}
