import { expect, it } from 'vitest'
import { createOpenApi } from './document'
it('x', () => { process.env.EMBEDDED_DATABASE='1'; process.env.DATABASE_URL='postgres://127.0.0.1'; process.env.APP_SECRET='x'.repeat(40); const d = createOpenApi(); console.log(JSON.stringify(d, null, 1).slice(0, 6000)); expect(Object.keys(d.paths ?? {}).length).toBeGreaterThan(20); require('fs').writeFileSync('/tmp/openapi.json', JSON.stringify(d, null, 1)) })
