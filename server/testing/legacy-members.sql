-- A membership site that was written long before Latchkey, and the account directory over its table, as
-- docs/adopt/own-table.md describes it. Tests with ACCOUNTS=external run against it, after `npm run migrate`.
create schema legacy;

create table legacy.members (
  member_no bigint generated always as identity (start with 4711) primary key,
  mail_address varchar(320), -- a household may share one; some members have none
  login varchar(150),
  display_name varchar(200),
  photo varchar(500),
  lang varchar(12),
  pw_digest varchar(255), -- bcrypt
  pw_serial integer not null default 1, -- raised with every new password
  state smallint not null default 1, -- 0: waiting for approval, 1: member, 2: resigned
  sso_provider varchar(40),
  joined_at timestamptz not null default now()
);

create table legacy.member_sessions (
  token_hash bytea primary key,
  member_no bigint not null references legacy.members on delete cascade,
  pw_serial integer not null,
  opened_at timestamptz not null default now()
);

create index on legacy.member_sessions (member_no);

-- The site signs people in by their login, which is unique.
create unique index members_login_key on legacy.members (lower(login collate "C"));

-- What follows connects Latchkey.
create index latchkey_members_mail on legacy.members (lower(mail_address collate "C"));

create view latchkey.accounts as
  select
    m.member_no as id,
    m.mail_address as email,
    m.login as username,
    m.display_name as full_name,
    m.photo as picture,
    m.lang as locale,
    m.pw_digest as password_hash,
    m.state = 1 as active,
    -- People who have a password as well recover that.
    case when m.pw_digest is null then initcap(m.sso_provider) end as sign_in_via
  from legacy.members m;

-- Text that is no member number gives null, as does another spelling of one ("007").
create function latchkey.account_id(id text) returns bigint
  language sql immutable parallel safe
  as $$
    select case when id ~ '^(0|[1-9][0-9]{0,18})$'
      then case when id::numeric <= 9223372036854775807 then id::bigint end
    end
  $$;

create function latchkey.set_password(id bigint, hash text) returns boolean
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
    with changed as (
      update legacy.members m set pw_digest = hash, pw_serial = m.pw_serial + 1 where m.member_no = id returning 1
    )
    select exists (select from changed)
  $$;

create function latchkey.end_sessions(id bigint) returns integer
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
    with ended as (delete from legacy.member_sessions s where s.member_no = id returning 1)
    select count(*)::integer from ended
  $$;

-- The role of Latchkey's servers has no right on the site's own tables. Roles belong to all databases of a server.
do $$
begin
  create role latchkey_server login password 'latchkey_server';
exception when duplicate_object or unique_violation then
  null; -- tests on another database have made it
end $$;

grant usage on schema latchkey to latchkey_server;
grant select, insert, update, delete on all tables in schema latchkey to latchkey_server;
revoke insert, update, delete on latchkey.migrations from latchkey_server;
revoke all on latchkey.users from latchkey_server;
revoke all on latchkey.accounts from public, latchkey_server;
-- A row can be locked by a role that may update one of its columns. This one is computed and cannot be updated.
grant select, update (sign_in_via) on latchkey.accounts to latchkey_server;
revoke all on function latchkey.set_password(bigint, text), latchkey.end_sessions(bigint) from public;
grant execute on function latchkey.set_password(bigint, text), latchkey.end_sessions(bigint) to latchkey_server;
