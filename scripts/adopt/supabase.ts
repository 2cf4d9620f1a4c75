import type { CopiedColumns, Framework, Plan } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import { deleteCounted, idAs, indented, providerName, requireColumn, updateOne } from './sql-parts'

/** Supabase Auth (GoTrue): the schema `auth`. */
export const supabase: Framework = {
  name: 'supabase',
  title: 'Supabase Auth',
  usersTables: ['auth.users'],
  recognisedBy: ['encrypted_password', 'raw_user_meta_data', 'instance_id'],
  async plan(live, users) {
    const id = requireColumn(users, 'id')
    const has = (name: string) => users.columns.has(name)
    const identities = live.find(`${users.schema}.identities`)
    const conditions = [
      ...(has('deleted_at') ? ['u.deleted_at is null'] : []),
      ...(has('banned_until') ? ['(u.banned_until is null or u.banned_until < now())'] : []),
      ...(has('is_anonymous') ? ['not u.is_anonymous'] : []),
    ]
    const copy = users.owned ? undefined : copiedEmails(users, id)
    const plan: Plan = {
      found: [`${identities ? 'identities' : 'no identities'} in the schema ${users.schema}`],
      assumed: ['raw_user_meta_data holds name and picture under the names that identity providers use.'],
      columns: {
        id: id.name,
        email: copy ? 'e.email' : `u.${requireColumn(users, 'email').sql}`,
        full_name: { sql: meta('full_name', 'name') },
        picture: { sql: meta('avatar_url', 'picture') },
        locale: { sql: "u.raw_user_meta_data ->> 'locale'" },
        password_hash: {
          sql: "nullif(u.encrypted_password, '')",
          comment: 'Accounts without a password have an empty one.',
        },
        active: conditions.length > 0 ? { sql: conditions.join(' and ') } : undefined,
        sign_in_via: signInVia(users, identities, id),
      },
      copy,
      setPassword: {
        sql: updateOne(users, id, [
          'encrypted_password = $2',
          ...(has('email_confirmed_at') ? ['email_confirmed_at = coalesce(email_confirmed_at, now())'] : []),
          ...(has('updated_at') ? ['updated_at = now()'] : []),
        ]),
        comment: ['As in Supabase itself, the link that was mailed confirms the address.'],
      },
      endSessions: { sql: '', comment: [] },
      environment: { PASSWORD_HASH: 'bcrypt', SIGN_IN_URL: 'https://app.example.com/login' },
    }
    if (copy) plan.found.push(`${users.sql} belongs to ${users.owner}: addresses are copied to ${copy.table}`)
    planSessions(plan, live, users, id)
    return plan
  },
}

/** In a project of Supabase, only Supabase itself may create an index on its tables. */
const copiedEmails = (users: Table, id: Column): CopiedColumns => ({
  table: 'latchkey.supabase_emails',
  join: `e on e.id = u.${id.sql}`,
  comment: [
    `Finding an account by its address needs an index, and only ${users.owner} may create one on ${users.sql}. So the addresses`,
    'are copied to a table that has the index. A trigger keeps the copy up to date. Sign-ups wait while it is filled.',
  ],
  sql: `create table if not exists latchkey.supabase_emails (id ${id.type} primary key, email text);
create index if not exists supabase_emails_email on latchkey.supabase_emails (lower(email collate "C"));

create or replace function latchkey.copy_supabase_email() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    delete from latchkey.supabase_emails where id = old.${id.sql};
  else
    insert into latchkey.supabase_emails (id, email) values (new.${id.sql}, new.email)
    on conflict (id) do update set email = excluded.email;
  end if;
  return null;
end
$$;
create or replace trigger latchkey_email after insert or delete or update of email on ${users.sql}
for each row execute function latchkey.copy_supabase_email();

insert into latchkey.supabase_emails as e (id, email) select ${id.sql}, email from ${users.sql}
on conflict (id) do update set email = excluded.email where e.email is distinct from excluded.email;`,
})

/** The first of these values that a person's metadata has. */
const meta = (...names: string[]) => `coalesce(${names.map((name) => `u.raw_user_meta_data ->> '${name}'`).join(', ')})`

function signInVia(users: Table, identities: Table | undefined, id: Column) {
  const cases = []
  if (users.columns.has('is_sso_user')) cases.push("when u.is_sso_user then 'single sign-on'")
  if (identities) {
    cases.push(`when coalesce(u.encrypted_password, '') = '' then (
    select ${indented(providerName('i.provider'), 4)}
    from ${identities.sql} i
    where i.user_id = u.${id.sql} and i.provider not in ('email', 'phone')
    order by i.last_sign_in_at desc nulls last limit 1
  )`)
  }
  if (cases.length === 0) return undefined
  return {
    sql: `case\n  ${cases.join('\n  ')}\nend`,
    comment: 'The provider of people who have no password: the one that they used last.',
  }
}

function planSessions(plan: Plan, live: LiveSchema, users: Table, id: Column) {
  const sessions = live.find(`${users.schema}.sessions`)
  const tokens = live.find(`${users.schema}.refresh_tokens`)
  const deletions = []
  if (sessions) {
    const where = `user_id = ${idAs(requireColumn(sessions, 'user_id'), id)}`
    deletions.push({ from: sessions.sql, where, counted: true })
    plan.indexes = [{ table: sessions, expression: 'user_id' }]
  }
  if (tokens) {
    // The index of this table begins with instance_id, which is the same for every row.
    const instance = `(select u.instance_id from ${users.sql} u where u.${id.sql} = $1)`
    const where = `instance_id = ${instance} and user_id = ${idAs(requireColumn(tokens, 'user_id'), id)}`
    deletions.push({ from: tokens.sql, where, counted: false })
  }
  plan.found.push(`sessions in ${[sessions, tokens].flatMap((table) => table?.sql ?? []).join(', ') || 'no table'}`)
  plan.endSessions = {
    sql: deleteCounted(deletions),
    comment: [
      'An access token is no row: it stays valid until it expires, by default within an hour, and cannot be renewed.',
    ],
  }
}
