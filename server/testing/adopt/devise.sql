-- The table that `rails generate devise User` of Devise 4.8 creates on PostgreSQL with Rails 6.1, with the columns of all
-- modules that its migration lists, written by hand from that migration, and two columns for OmniAuth as
-- https://github.com/heartcombo/devise/wiki/OmniAuth:-Overview adds them.
create table users (
  id bigserial primary key,
  email character varying default '' not null,
  encrypted_password character varying default '' not null,
  reset_password_token character varying,
  reset_password_sent_at timestamp without time zone,
  remember_created_at timestamp without time zone,
  sign_in_count integer default 0 not null,
  current_sign_in_at timestamp without time zone,
  last_sign_in_at timestamp without time zone,
  current_sign_in_ip character varying,
  last_sign_in_ip character varying,
  confirmation_token character varying,
  confirmed_at timestamp without time zone,
  confirmation_sent_at timestamp without time zone,
  unconfirmed_email character varying,
  failed_attempts integer default 0 not null,
  unlock_token character varying,
  locked_at timestamp without time zone,
  provider character varying,
  uid character varying,
  created_at timestamp(6) without time zone not null,
  updated_at timestamp(6) without time zone not null
);
create unique index index_users_on_email on users (email);
create unique index index_users_on_reset_password_token on users (reset_password_token);
create unique index index_users_on_confirmation_token on users (confirmation_token);
create unique index index_users_on_unlock_token on users (unlock_token);

-- The session store of the gem activerecord-session_store: its rows do not say whose they are.
create table sessions (
  id bigserial primary key,
  session_id character varying not null,
  data text,
  created_at timestamp(6) without time zone not null,
  updated_at timestamp(6) without time zone not null
);
create unique index index_sessions_on_session_id on sessions (session_id);
