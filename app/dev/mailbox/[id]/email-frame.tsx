'use client'

import { useEffect, useRef, useState } from 'react'
import type { Colors } from './email-html'

/** Before the frame is measured, and without JavaScript: high enough for most emails. */
const FIRST_HEIGHT = 704

interface EmailFrameProps {
  title: string
  html: string
  colors: Colors
}

/**
 * The HTML of an email, as high as its content. The frame runs no script. It has the origin of this page so that its height
 * can be read.
 */
export function EmailFrame({ title, html, colors }: EmailFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(FIRST_HEIGHT)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    let watcher: ResizeObserver | undefined
    const measure = () => {
      watcher?.disconnect()
      const content = element.contentDocument?.documentElement
      if (!content) return
      // Two more, for the frame's border. A width that changes wraps the lines anew.
      watcher = new ResizeObserver(() => setHeight(Math.ceil(content.getBoundingClientRect().height) + 2))
      watcher.observe(content)
    }
    measure() // It may have been loaded before this script ran.
    element.addEventListener('load', measure)
    return () => {
      element.removeEventListener('load', measure)
      watcher?.disconnect()
    }
  }, [])
  return (
    <iframe
      ref={frame}
      title={title}
      srcDoc={html}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
      style={{ height, colorScheme: colors === 'device' ? undefined : colors }}
      className="mt-3 w-full rounded-lg border border-hairline bg-paper"
    />
  )
}
