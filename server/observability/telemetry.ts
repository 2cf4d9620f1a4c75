/** Attributes of a count or a span. */
export type Attributes = Record<string, string | number>

/** What an operator can monitor. Names and attributes are ids and fixed words, never an address, a link or a body. */
export interface Telemetry {
  /** Adds to a counter. */
  count(name: string, by?: number, attributes?: Attributes): void
  /** Records the duration of something that ends now, as a histogram and as a span. */
  recordDuration(name: string, seconds: number, attributes: Attributes): void
  /** Adds gauges. `read` returns their values, in order, each time they are exported. */
  observe(names: string[], read: () => Promise<number[]>): void
  /** Runs `work` in a span. `work` can add attributes to it. */
  span<T>(
    name: string,
    attributes: Attributes,
    work: (setAttributes: (attributes: Attributes) => void) => Promise<T>,
  ): Promise<T>
}

/** Records nothing. Used where no collector is configured. */
export const silent: Telemetry = {
  count() {},
  recordDuration() {},
  observe() {},
  span: (_name, _attributes, work) => work(() => {}),
}

// Next.js bundles instrumentation and routes separately. They share state only through `globalThis`.
const shared = globalThis as typeof globalThis & { __latchkeyTelemetry?: Telemetry }

/** The telemetry of this process: silent until `startTelemetry` has set another. */
export const telemetry = (): Telemetry => shared.__latchkeyTelemetry ?? silent

export const setTelemetry = (next: Telemetry): void => {
  shared.__latchkeyTelemetry = next
}
