interface SwitchProps<Choice extends string> {
  label: string
  current: NoInfer<Choice>
  /** The label and the address of each choice. */
  choices: Record<Choice, [label: string, href: string]>
}

/** Chooses how an email is shown. The choices are links, so the switch works without JavaScript. */
export function Switch<Choice extends string>({ label, current, choices }: SwitchProps<Choice>) {
  return (
    <nav aria-label={label} className="flex flex-wrap items-center gap-x-4">
      {Object.entries<[string, string]>(choices).map(([choice, [text, href]]) => (
        <a
          key={choice}
          href={href}
          aria-current={choice === current || undefined}
          className="inline-flex min-h-target min-w-6 items-center rounded-lg text-accent underline underline-offset-4 aria-[current]:font-semibold aria-[current]:text-ink aria-[current]:no-underline"
        >
          {text}
        </a>
      ))}
    </nav>
  )
}
