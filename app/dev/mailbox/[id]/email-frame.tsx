'use client'

import { useEffect, useRef, useState } from 'react'
import type { Colors } from './email-html'

/** The height until the frame is measured, and without JavaScript. It is enough for most emails. */
const FIRST_HEIGHT = 704

interface EmailFrameProps {
  title: string
  html: string
  colors: Colors
}

/**
 * Shows the HTML of an email in a frame that is as high as its content. The frame runs no script. It has the origin of
 * this page, so that its height can be read.
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
      // The border of the frame takes two pixels. The height changes with the width, because lines wrap differently.
      watcher = new ResizeObserver(() => setHeight(Math.ceil(content.getBoundingClientRect().height) + 2))
      watcher.observe(content)
    }
    measure() // the frame may have loaded before this script ran
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
