import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'
import { messages } from '@/messages/en'

const words = messages.code

/** Another tab has finished, or the request has run out while this page was open. */
export function FlowOver() {
  return (
    <>
      <PageHeading takeFocus>{words.overTitle}</PageHeading>
      <p className="mt-3 text-ink-soft">{words.over}</p>
      <div className="mt-8 mb-3">
        <ButtonLink href="/forgot-password" document>
          {words.newEmail}
        </ButtonLink>
      </div>
      <TextLink href="/sign-in" document>
        {words.signIn}
      </TextLink>
    </>
  )
}
