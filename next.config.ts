import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Documented paths are served with and without the slash, never by redirect: a redirected POST loses its body.
  skipTrailingSlashRedirect: true,
  serverExternalPackages: [
    'postgres',
    '@node-rs/argon2',
    'pino',
    '@zxcvbn-ts/language-common',
    '@opentelemetry/sdk-node',
    '@opentelemetry/api',
  ],
  typescript: { ignoreBuildErrors: true }, // `npm run check` has checked them, with the project's own compiler
  redirects: async () => [
    // https://w3c.github.io/webappsec-change-password-url/
    { source: '/.well-known/change-password', destination: '/forgot-password', permanent: false },
  ],
  // Next keeps the bodies of what passes proxy.ts; more than this is refused anyway.
  experimental: { proxyClientMaxBodySize: '64kb' },
}

export default config
