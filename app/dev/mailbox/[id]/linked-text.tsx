const URLS = /(https?:\/\/[^\s<>"]+)/

/** Plain text, with its web addresses as links. */
export function LinkedText({ text }: { text: string }) {
  // `split` on one group puts the addresses at the odd indexes.
  const parts = text.split(URLS)
  return (
    <pre className="mt-3 rounded-lg border border-hairline bg-sunken px-gutter py-4 font-sans whitespace-pre-wrap">
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes
          <a key={index} href={part} className="text-accent underline underline-offset-2">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </pre>
  )
}
