import type { Strength } from './estimate-strength'

const FILLED: Record<Strength, number> = { common: 1, veryWeak: 1, weak: 2, fair: 3, good: 4, strong: 5 }
const SEGMENTS = [1, 2, 3, 4, 5]

/** The estimate as text, and as a bar whose filled and empty segments differ in shape, not only in colour. */
export function StrengthMeter({ strength, text }: { strength: Strength | 'unknown' | null; text: string }) {
  const filled = strength === null || strength === 'unknown' ? 0 : FILLED[strength]
  return (
    <div className="pb-4 noscript:hidden">
      <svg
        aria-hidden="true"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        data-filled={filled}
        className="h-2 w-full text-ink-soft rtl:-scale-x-100"
      >
        {SEGMENTS.map((segment) => (
          <rect
            key={segment}
            x={(segment - 1) * 20.4 + 0.2}
            width={18}
            y={segment <= filled ? 0 : 4.5}
            height={segment <= filled ? 6 : 1.5}
            fill="currentColor"
          />
        ))}
      </svg>
      <p className="mt-1 min-h-6 text-sm leading-6 text-ink-soft">{text}</p>
    </div>
  )
}
