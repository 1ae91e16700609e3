-- The keyring: one wrapped key per subject, and what is needed to unwrap, find and erase it. Run by the migrating role;
-- {schema} and {runtime} are replaced by the schema's name and the role that the keyring's clients run as.
-- Nothing here opens anything by itself: every key is wrapped under a key-encryption key (KEK) that is kept elsewhere.

create table {schema}.kek (
    id uuid primary key,
    made_at timestamptz not null,
    destroyed_at timestamptz
);
comment on table {schema}.kek is 'The generations of the key-encryption key: their ids alone; destroyed_at says since when no store has it.';

create table {schema}.head (
    only_row boolean primary key default true check (only_row),
    keyring uuid not null default gen_random_uuid(),
    kek uuid references {schema}.kek
);
insert into {schema}.head default values;
comment on table {schema}.head is 'Which keyring this is and its current KEK. Who makes a key locks it for share, who rotates for update.';

create table {schema}.hmac_key (
    purpose text primary key check (purpose in ('address', 'fingerprint')),
    kek uuid not null references {schema}.kek,
    wrapped bytea not null
);
comment on table {schema}.hmac_key is 'address finds a subject and is made anew with every KEK; fingerprint stays, because stored fingerprints are compared.';

create table {schema}.subject_key (
    key uuid primary key,
    subject uuid not null unique,
    state text not null default 'live' check (state in ('live', 'erasing', 'erased')),
    kek uuid not null references {schema}.kek,
    wrapped bytea,
    lookup bytea unique,
    made_at timestamptz not null,
    erasing_at timestamptz,
    erased_at timestamptz,
    check ((state = 'live') = (wrapped is not null)),
    check (state = 'live' or lookup is null),
    check ((state = 'live') = (erasing_at is null)),
    check ((state = 'erased') = (erased_at is not null))
);
create index on {schema}.subject_key (kek) where state = 'erasing';
comment on table {schema}.subject_key is 'A row stays as a tombstone: the subject is unique, so a key is never made again.';
comment on column {schema}.subject_key.kek is 'The KEK that wraps the key or, once it is erased, was the last to do so.';

create function {schema}.refuse_return() returns trigger language plpgsql as $$
begin
    raise exception 'an erased key does not come back: % is not possible', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger one_way before update on {schema}.subject_key for each row
    when (old.key <> new.key or old.subject <> new.subject
          or (old.state <> 'live' and new.state = 'live') or (old.state = 'erased' and new.state <> 'erased'))
    execute function {schema}.refuse_return();
create trigger tombstones before delete or truncate on {schema}.subject_key for each statement execute function {schema}.refuse_return();

grant usage on schema {schema} to {runtime};
grant select, update on {schema}.head to {runtime};
grant select, insert, update (destroyed_at) on {schema}.kek to {runtime};
grant select, insert, update (kek, wrapped) on {schema}.hmac_key to {runtime};
grant select, insert, update (state, kek, wrapped, lookup, erasing_at, erased_at) on {schema}.subject_key to {runtime};
