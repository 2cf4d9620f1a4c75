/** The mark of a brand without a logo: its initial, or Latchkey's key. It is decorative, because the name is beside it. */
export function BrandMark({ initial }: { initial: string | null }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-8 shrink-0">
      <rect x=".5" y=".5" width="31" height="31" rx="8.5" className="fill-button stroke-button-edge" />
      {initial === null ? (
        <g className="stroke-on-button" fill="none" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round">
          <circle cx="12" cy="12" r="4.75" />
          <path d="m15.5 15.5 8.5 8.5m-1.25-4.75L20 22m-.5-6-2.75 2.75" />
        </g>
      ) : (
        <text x="16" y="22.5" textAnchor="middle" fontSize="18" fontWeight="600" className="fill-on-button">
          {initial}
        </text>
      )}
    </svg>
  )
}
