const URLS = /(https?:\/\/[^\s<>"]+)/

/** Plain text as it stands, with its addresses as links. */
export function LinkedText({ text }: { text: string }) {
  // Splitting on one group leaves the addresses at the odd places.
  const parts = text.split(URLS)
  return (
    <pre className="mt-3 rounded-lg border border-hairline bg-sunken p-4 font-sans whitespace-pre-wrap wrap-anywhere">
      {parts.map((part, place) =>
        place % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes
          <a key={place} href={part} className="text-accent underline underline-offset-2">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </pre>
  )
}
