-- The account directory over Latchkey's own accounts (ACCOUNTS=own). `migrate` applies this file after the migrations.
-- docs/adopt/ shows the same four objects over the tables of other applications.
create or replace view latchkey.accounts as
  select id, email, username, full_name, picture, locale, password_hash, deactivated_at is null as active,
    null::text as sign_in_via
  from latchkey.users;

comment on view latchkey.accounts is 'Latchkey: own accounts';

-- Returns null for text that is no id, so that a made-up id in a link is an unknown account.
create or replace function latchkey.account_id(id text) returns uuid
  language sql immutable parallel safe
  return case
    when id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then id::uuid end;

-- The raised version also ends sessions that are being opened at this moment.
create or replace function latchkey.set_password(id uuid, hash text) returns boolean
  language plpgsql as $$
begin
  update latchkey.users set password_hash = hash, password_version = password_version + 1
  where users.id = set_password.id;
  return found;
end $$;

create or replace function latchkey.end_sessions(id uuid) returns integer
  language plpgsql as $$
declare
  ended integer;
begin
  delete from latchkey.sessions where sessions.user_id = end_sessions.id;
  get diagnostics ended = row_count;
  return ended;
end $$;

-- A link or code that was emailed before an account was deactivated, or got another address, stays dead when the account is
-- activated again, or gets its old address back.
create or replace function latchkey.end_secrets_of_changed() returns trigger
  language plpgsql as $$
begin
  update latchkey.password_reset_tokens set account_state = '' where account_id = new.id::text and used_at is null;
  return null;
end $$;

create or replace trigger end_secrets_of_changed after update of deactivated_at, email on latchkey.users
  for each row when (new.email is distinct from old.email or (new.deactivated_at is not null and old.deactivated_at is null))
  execute function latchkey.end_secrets_of_changed();
