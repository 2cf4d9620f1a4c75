/** The colours that an email is shown in: those of the reader's device, or always the light or the dark ones. */
export const COLORS = ['device', 'light', 'dark'] as const
export type Colors = (typeof COLORS)[number]

const DARK_MODE = '@media (prefers-color-scheme: dark)'

/**
 * Prepares the HTML of an email for the frame on the mailbox page. A link replaces the whole page, not only the frame.
 * @param html as it was sent
 */
export function previewHtml(html: string, colors: Colors): string {
  const linked = html
    .replaceAll(' target="_blank"', '')
    .replace(/<head\b[^>]*>/i, (head) => `${head}<base target="_top">`)
  if (colors === 'device') return linked
  return linked.replaceAll(DARK_MODE, colors === 'dark' ? '@media all' : '@media not all')
}
