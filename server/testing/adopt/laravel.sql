-- The tables that Laravel 11's own migrations create on PostgreSQL: 0001_01_01_000000_create_users_table of a new
-- application, and create_personal_access_tokens_table of Laravel Sanctum 4. Written by hand from the migrations that
-- https://laravel.com/docs/11.x/session#database and https://laravel.com/docs/11.x/sanctum show and describe.
create table users (
  id bigserial primary key,
  name varchar(255) not null,
  email varchar(255) not null,
  email_verified_at timestamp(0) without time zone,
  password varchar(255) not null,
  remember_token varchar(100),
  created_at timestamp(0) without time zone,
  updated_at timestamp(0) without time zone
);
alter table users add constraint users_email_unique unique (email);

create table password_reset_tokens (
  email varchar(255) primary key,
  token varchar(255) not null,
  created_at timestamp(0) without time zone
);

create table sessions (
  id varchar(255) primary key,
  user_id bigint,
  ip_address varchar(45),
  user_agent text,
  payload text not null,
  last_activity integer not null
);
create index sessions_user_id_index on sessions (user_id);
create index sessions_last_activity_index on sessions (last_activity);

create table personal_access_tokens (
  id bigserial primary key,
  tokenable_type varchar(255) not null,
  tokenable_id bigint not null,
  name text not null,
  token varchar(64) not null,
  abilities text,
  last_used_at timestamp(0) without time zone,
  expires_at timestamp(0) without time zone,
  created_at timestamp(0) without time zone,
  updated_at timestamp(0) without time zone
);
create index personal_access_tokens_tokenable_type_tokenable_id_index
  on personal_access_tokens (tokenable_type, tokenable_id);
alter table personal_access_tokens add constraint personal_access_tokens_token_unique unique (token);
