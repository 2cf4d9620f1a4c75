'use client'

import { useBrand } from './brand-context'
import { BrandMark } from './brand-mark'

const HEIGHT = 32
const MAX_WIDTH = 160

/**
 * The logo and the name. A wide logo contains the name, so it has none beside it. An image that cannot be loaded has an
 * empty alternative text and takes no room beside the name.
 */
export function BrandName() {
  const { name, logo, initial } = useBrand()
  return (
    <>
      {logo ? <Logo {...logo} name={name} /> : <BrandMark initial={initial} />}
      {logo?.showsName ? null : <span className="min-w-0">{name}</span>}
    </>
  )
}

type LogoProps = NonNullable<ReturnType<typeof useBrand>['logo']> & { name: string }

function Logo({ src, aspect, showsName, hasDarkVersion, name }: LogoProps) {
  const width = aspect === null ? undefined : Math.min(MAX_WIDTH, Math.round(HEIGHT * aspect))
  const height = width === undefined || aspect === null ? undefined : Math.min(HEIGHT, Math.round(width / aspect))
  return (
    // biome-ignore lint/performance/noImgElement: the image optimizer is off, and would not take an SVG
    <img
      src={src}
      alt={showsName ? name : ''}
      width={width}
      height={height}
      className={`max-h-8 max-w-40 shrink-0 object-contain ${hasDarkVersion ? '' : 'rounded-sm [color-scheme:only_light] dark:bg-plate'}`}
    />
  )
}
