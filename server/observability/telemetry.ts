/** What an operator may watch: counts, gauges and spans. Ids and closed words only, never an address, a link or a body. */

/** Attributes of a count or a span. */
export type Attributes = Record<string, string | number>

export interface Telemetry {
  /** Raises a counter. */
  count(name: string, by?: number, attributes?: Attributes): void
  /** Notes how long something took that ends now, as a histogram and as a span. */
  took(name: string, seconds: number, attributes: Attributes): void
  /** Has `read` asked for the figures of these gauges, in order, each time they are sent. */
  observe(names: string[], read: () => Promise<number[]>): void
  /** Runs `work` in a span; what it gives `tell` is added to the span. */
  span<T>(
    name: string,
    attributes: Attributes,
    work: (tell: (attributes: Attributes) => void) => Promise<T>,
  ): Promise<T>
}

/** Where nobody watches. */
export const silent: Telemetry = {
  count() {},
  took() {},
  observe() {},
  span: (_name, _attributes, work) => work(() => {}),
}

// Next bundles instrumentation and routes apart: what they share hangs on `globalThis`.
const held = globalThis as typeof globalThis & { __latchkeyTelemetry?: Telemetry }

/** What watches this process; silent unless `startTelemetry` found somebody to tell. */
export const telemetry = (): Telemetry => held.__latchkeyTelemetry ?? silent

export const holdTelemetry = (watching: Telemetry): void => {
  held.__latchkeyTelemetry = watching
}
