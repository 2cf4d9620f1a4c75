import type { NextConfig } from 'next'
import createNextIntlPlugin from 'next-intl/plugin'

const config: NextConfig = {
  poweredByHeader: false,
  // Set by `buildIfStale` for the image. `next start` serves the same build, and would warn of this setting.
  output: process.env.BUILD_STANDALONE ? 'standalone' : undefined,
  // Set by `buildIfStale`. Otherwise Next.js chooses a random one.
  generateBuildId: async () => process.env.LATCHKEY_BUILD_ID || null,
  // No page uses the image optimizer, so `/_next/image` is not found, and nothing ships its 19 MB.
  images: { unoptimized: true },
  outputFileTracingExcludes: { '*': ['node_modules/sharp/**', 'node_modules/@img/**'] },
  reactStrictMode: true,
  // Documented paths are served with and without a trailing slash. A redirect would lose the body of a POST.
  skipTrailingSlashRedirect: true,
  serverExternalPackages: [
    'postgres',
    '@node-rs/argon2',
    '@node-rs/bcrypt',
    'pino',
    '@zxcvbn-ts/language-common',
    '@opentelemetry/sdk-node',
    '@opentelemetry/api',
  ],
  // `npm run check` checks the types, with the project's own compiler.
  typescript: { ignoreBuildErrors: true },
  redirects: async () => [
    // https://w3c.github.io/webappsec-change-password-url/
    { source: '/.well-known/change-password', destination: '/forgot-password', permanent: false },
  ],
  // Next.js buffers the body of a request that passes proxy.ts. Larger bodies are refused later anyway.
  experimental: { proxyClientMaxBodySize: '64kb' },
}

/** Parses the messages at build time, so that no page loads the parser. */
const withNextIntl = createNextIntlPlugin({
  requestConfig: './app/_language/server.ts',
  experimental: {
    messages: { path: './messages', format: 'json', precompile: true, locales: 'infer', sourceLocale: 'en' },
  },
})

export default withNextIntl(config)
