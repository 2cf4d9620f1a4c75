const LARGEST: Record<string, string> = {
  smallint: '32767',
  integer: '2147483647',
  bigint: '9223372036854775807',
}

/**
 * The body of `latchkey.account_id`: the id of an account from its text, or null for text that is no id. A number must
 * have the form in which PostgreSQL writes it, so that one account has one text form only.
 * @param type the type of ids, as PostgreSQL's `format_type` names it
 */
export function accountIdBody(type: string): string {
  if (type in LARGEST) {
    return `select case when $1 ~ '^(0|[1-9][0-9]{0,18})$'\n  then case when $1::numeric <= ${LARGEST[type]} then $1::${type} end\nend`
  }
  if (type === 'uuid') {
    return `select case when $1 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end`
  }
  return type === 'text' ? 'select $1' : `select $1::${type}`
}
