import type { NextConfig } from 'next'

/** Sent with every answer; the pages' own policy, which needs a nonce, is set in proxy.ts. */
const SECURITY_HEADERS = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'no-referrer' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), browsing-topics=()' },
]

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Documented paths are served with and without the slash, never by redirect: a redirected POST loses its body.
  skipTrailingSlashRedirect: true,
  serverExternalPackages: ['postgres', '@node-rs/argon2', 'pino', '@zxcvbn-ts/language-common'],
  typescript: { ignoreBuildErrors: true }, // `npm run check` has checked them, with the project's own compiler
  redirects: async () => [
    // https://w3c.github.io/webappsec-change-password-url/
    { source: '/.well-known/change-password', destination: '/forgot-password', permanent: false },
  ],
  headers: async () => [{ source: '/:path*', headers: SECURITY_HEADERS }],
}

export default config
