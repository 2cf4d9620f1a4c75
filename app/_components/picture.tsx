'use client'

import { useEffect, useRef, useState } from 'react'

/** Drawn by this app, for whoever has no picture or one that cannot be fetched. */
const DEFAULT_PICTURE = '/avatar.svg'

/** Somebody's picture. It says nothing that the words beside it do not, and its host learns nothing of the page. */
export function Picture({ src }: { src: string | null }) {
  const [failed, setFailed] = useState(false)
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    // It may have failed before the page's script ran.
    if (image.current?.complete && image.current.naturalWidth === 0) setFailed(true)
  }, [])
  return (
    // biome-ignore lint/performance/noImgElement: it may come from any host, and no server of ours should fetch it
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
