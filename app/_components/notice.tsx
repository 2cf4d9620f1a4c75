import type { ReactNode } from 'react'

const TONES = {
  plain: 'border-outline bg-sunken',
  success: 'border-success bg-success-wash',
  problem: 'border-problem bg-problem-wash',
} as const

interface NoticeProps {
  tone: keyof typeof TONES
  /** Whether screen readers announce it when it appears: a problem at once, other tones after current speech. */
  live?: boolean
  title?: string
  children: ReactNode
}

/** A message about the whole page or form rather than one field. */
export function Notice({ tone, live = false, title, children }: NoticeProps) {
  return (
    <div
      role={live ? (tone === 'problem' ? 'alert' : 'status') : undefined}
      className={`rounded-e-lg border-s-4 px-gutter py-3 ${TONES[tone]}`}
    >
      {title ? <p className="font-semibold">{title}</p> : null}
      <div>{children}</div>
    </div>
  )
}
