'use client'

import { createContext, type ReactNode, useContext } from 'react'

/** The part of the brand that components use. Its colours are in the style sheet. */
export interface PageBrand {
  name: string
  /** Null if there is none: the mark is shown instead. */
  logo: { src: string; aspect: number | null; showsName: boolean; hasDarkVersion: boolean } | null
  /** The letter in the mark. Null for Latchkey's own mark. */
  initial: string | null
  supportUrl: string | null
}

const BrandContext = createContext<PageBrand | null>(null)

/** Passes the brand from the layout, which reads it on the server, to the components of every page. */
export function BrandProvider({ brand, children }: { brand: PageBrand; children: ReactNode }) {
  return <BrandContext value={brand}>{children}</BrandContext>
}

/** The brand that the layout has read. */
export function useBrand(): PageBrand {
  const brand = useContext(BrandContext)
  if (!brand) throw new Error('a component that shows the brand is outside of BrandProvider')
  return brand
}
