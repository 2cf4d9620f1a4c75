/** The logo: a key. The text beside it names the product, so screen readers skip it. */
export function LatchkeyMark() {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-8 shrink-0">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <g className="stroke-on-accent" fill="none" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="12" cy="12" r="4.75" />
        <path d="m15.5 15.5 8.5 8.5m-1.25-4.75L20 22m-.5-6-2.75 2.75" />
      </g>
    </svg>
  )
}
