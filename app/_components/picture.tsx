'use client'

import { useEffect, useRef, useState } from 'react'
import { DEFAULT_PICTURE } from '@/server/core/typed-input'

/** An account's picture. It is decorative, and `no-referrer` keeps the page's address from the picture's host. */
export function Picture({ src }: { src: string | null }) {
  const [failed, setFailed] = useState(false)
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    // The picture may have failed to load before hydration.
    if (image.current?.complete && image.current.naturalWidth === 0) setFailed(true)
  }, [])
  return (
    // biome-ignore lint/performance/noImgElement: pictures come from any host, and our servers must not fetch them
    <img
      ref={image}
      src={(failed ? null : src) || DEFAULT_PICTURE}
      onError={() => setFailed(true)}
      alt=""
      width={64}
      height={64}
      referrerPolicy="no-referrer"
      className="size-16 shrink-0 rounded-full border border-hairline bg-sunken object-cover"
    />
  )
}
