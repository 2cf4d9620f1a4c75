-- The tables that the migrations of django.contrib.auth and django.contrib.sessions create on PostgreSQL, as Django 3.2
-- prints them with its schema editor, and socialaccount_socialaccount, written by hand from the model SocialAccount of
-- django-allauth 0.51 (https://docs.allauth.org).
create table auth_user (
  id serial primary key,
  password varchar(128) not null,
  last_login timestamp with time zone,
  is_superuser boolean not null,
  username varchar(150) not null unique,
  first_name varchar(150) not null,
  last_name varchar(150) not null,
  email varchar(254) not null,
  is_staff boolean not null,
  is_active boolean not null,
  date_joined timestamp with time zone not null
);
create index auth_user_username_6821ab7c_like on auth_user (username varchar_pattern_ops);

create table django_session (
  session_key varchar(40) primary key,
  session_data text not null,
  expire_date timestamp with time zone not null
);
create index django_session_session_key_c0390e0f_like on django_session (session_key varchar_pattern_ops);
create index django_session_expire_date_a5c62663 on django_session (expire_date);

create table socialaccount_socialaccount (
  id serial primary key,
  provider varchar(30) not null,
  uid varchar(191) not null,
  last_login timestamp with time zone not null,
  date_joined timestamp with time zone not null,
  extra_data text not null,
  user_id integer not null references auth_user (id) deferrable initially deferred,
  unique (provider, uid)
);
create index socialaccount_socialaccount_user_id_8146e70c on socialaccount_socialaccount (user_id);
