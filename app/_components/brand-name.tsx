'use client'

import { useEffect, useRef, useState } from 'react'
import { useBrand } from './brand-context'
import { BrandMark } from './brand-mark'

const HEIGHT = 32
const MAX_WIDTH = 160

/**
 * The logo and the name. A wide logo contains the name, so it has none beside it. A logo that cannot be loaded is replaced
 * by the mark and the name.
 */
export function BrandName() {
  const { name, logo, initial } = useBrand()
  const [failed, setFailed] = useState(false)
  if (logo && !failed)
    return (
      <>
        <Logo {...logo} name={name} onFailure={() => setFailed(true)} />
        {logo.showsName ? null : <span className="min-w-0">{name}</span>}
      </>
    )
  return (
    <>
      <BrandMark initial={initial} />
      <span className="min-w-0">{name}</span>
    </>
  )
}

type LogoProps = NonNullable<ReturnType<typeof useBrand>['logo']> & { name: string; onFailure: () => void }

function Logo({ src, aspect, showsName, hasDarkVersion, name, onFailure }: LogoProps) {
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    // The image may have failed to load before this script ran.
    if (image.current?.complete && image.current.naturalWidth === 0) onFailure()
  }, [onFailure])
  const width = aspect === null ? undefined : Math.min(MAX_WIDTH, Math.round(HEIGHT * aspect))
  const height = width === undefined || aspect === null ? undefined : Math.min(HEIGHT, Math.round(width / aspect))
  return (
    // biome-ignore lint/performance/noImgElement: the image optimizer is off, and does not accept SVG
    <img
      ref={image}
      src={src}
      // Empty if the name is shown beside it, so that a browser without JavaScript shows nothing for an image that fails.
      alt={showsName ? name : ''}
      width={width}
      height={height}
      onError={onFailure}
      className={`max-h-8 max-w-40 shrink-0 object-contain ${hasDarkVersion ? '' : 'rounded-sm [color-scheme:only_light] dark:bg-plate'}`}
    />
  )
}
