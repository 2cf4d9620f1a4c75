declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** Renders an OpenAPI document into `domNode`. */
  export default function SwaggerUI(options: {
    domNode: HTMLElement | null
    url: string
    docExpansion: 'list' | 'full' | 'none'
    /** Null: do not send the document to an online validator. */
    validatorUrl: null
  }): void
}
