-- The log of one service: tables, grants and the append function. Run by the migrating role; {schema} and {runtime}
-- are replaced by the schema's name and the role the service runs as.

create table {schema}.head (only_row boolean primary key default true check (only_row));
insert into {schema}.head default values;
comment on table {schema}.head is 'A lock, not a counter: an updated counter row rots under any long snapshot.';

create table {schema}.log (
    pos bigint primary key check (pos > 0),
    stream uuid not null,
    version int not null check (version > 0),
    type text not null,
    schema_version smallint not null,
    event_id uuid not null,
    recorded_at timestamptz not null,
    actor text not null,
    causation_id uuid,
    correlation_id uuid,
    data bytea not null,
    leaf_hash bytea not null,
    unique (stream, version)
);

create table {schema}.command (
    principal text not null,
    id uuid not null,
    fingerprint bytea,
    stream uuid not null,
    version int not null,
    pos bigint not null,
    recorded_at timestamptz not null,
    primary key (principal, id)
);
comment on table {schema}.command is 'The stored answer of every accepted command, empty ones too, kept as long as the log.';

create table {schema}.claim (
    scope text not null,
    key text not null,
    stream uuid not null,
    primary key (scope, key)
);

create table {schema}.snapshot (
    stream uuid primary key,
    kind text not null,
    state_version int not null,
    version int not null,
    state bytea not null
);
comment on table {schema}.snapshot is 'A cache of folded states; dropping it costs time only.';

create table {schema}.relay (
    generation int primary key check (generation > 0),
    pos bigint not null default 0,
    event_id uuid,
    filled boolean not null default false,
    stopped text
);
insert into {schema}.relay (generation) values (1);
comment on table {schema}.relay is 'How far each generation of the topic is filled; a window ends in a record, so pos is also the last record''s position.';

create function {schema}.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the log is append-only: % is not possible', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on {schema}.log
    for each statement execute function {schema}.refuse_change();

-- SHA-256(0x00 ‖ canonical form) of one stored event (RFC 6962: the position is the leaf's index, so it is not part of the leaf).
-- Canonical: stream, version, schema_version, event_id, recorded_at (µs since 2000-01-01), causation and correlation (nil when absent),
-- then type, actor and data, each behind its length in four bytes; numbers big-endian.
create function {schema}.leaf(
    stream uuid, version int, type text, schema_version smallint, event_id uuid, recorded_at timestamptz, actor text,
    causation_id uuid, correlation_id uuid, data bytea
) returns bytea language sql stable parallel safe
return sha256('\x00'::bytea || uuid_send(stream) || int4send(version) || int2send(schema_version) || uuid_send(event_id)
    || timestamptz_send(recorded_at)
    || uuid_send(coalesce(causation_id, '00000000-0000-0000-0000-000000000000'))
    || uuid_send(coalesce(correlation_id, '00000000-0000-0000-0000-000000000000'))
    || int4send(octet_length(type)) || convert_to(type, 'UTF8')
    || int4send(octet_length(actor)) || convert_to(actor, 'UTF8')
    || int4send(octet_length(data)) || data);

-- Appends a batch of commands behind one lock and answers three numbers per command: outcome, version, position.
--   outcome 0 accepted · 1 known: its stored answer · 2 known with another body · 3 version conflict (version = the stream's)
--   · 4 a claim is held elsewhere (version = the claim's place among the command's claims, from 1)
-- A batch never has the same command id, stream or claim twice. The lock and the look at the tail are two statements on
-- purpose: under READ COMMITTED the second one's snapshot is younger than the lock. The join methods are fixed because
-- PL/pgSQL plans while the table is small and would later stay with sequential scans.
create function {schema}.append(
    at timestamptz,
    principals text[], ids uuid[], fingerprints bytea[], streams uuid[], expected int[], counts int[],
    event_command int[], event_index int[], event_streams uuid[], versions int[], types text[], schema_versions smallint[],
    event_ids uuid[], actors text[],
    causations uuid[], correlations uuid[], datas bytea[],
    claim_command int[], claim_scopes text[], claim_keys text[], claim_takes boolean[]
) returns bigint[] language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
    tail bigint;
    tail_at timestamptz;
    outcomes int[];
    details int[];
    starts bigint[] := array_fill(0, array[cardinality(ids)]);
    answer bigint[] := array_fill(0, array[3 * cardinality(ids)]);
    held record;
    k record;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is written and settled under READ COMMITTED only' using errcode = 'active_sql_transaction';
    end if;
    perform 1 from {schema}.head for update;
    if not found then
        raise exception 'the row of {schema}.head is missing: without it nothing is locked' using errcode = 'data_corrupted';
    end if;
    select l.pos, l.recorded_at into tail, tail_at from {schema}.log l order by l.pos desc limit 1;
    tail := coalesce(tail, 0);
    at := greatest(at, tail_at);

    select array_agg(case
               when known.id is not null then case when c.fingerprint is not null and known.fingerprint is distinct from c.fingerprint then 2 else 1 end
               when coalesce(latest.version, 0) <> c.expected then 3
               else 0 end order by c.n),
           array_agg(coalesce(latest.version, 0) order by c.n)
      into outcomes, details
      from unnest(principals, ids, fingerprints, streams, expected) with ordinality c(principal, id, fingerprint, stream, expected, n)
      left join {schema}.command known on known.principal = c.principal and known.id = c.id
      left join lateral (select l.version from {schema}.log l where l.stream = c.stream order by l.version desc limit 1) latest on true;

    if cardinality(claim_command) > 0 then
        for held in
            select q.command, min(q.place)::int as place
              from (select command, scope, key, takes, row_number() over (partition by command order by n) as place
                      from unnest(claim_command, claim_scopes, claim_keys, claim_takes) with ordinality u(command, scope, key, takes, n)) q
              join {schema}.claim c on c.scope = q.scope and c.key = q.key
             where q.takes and outcomes[q.command] = 0 and c.stream <> streams[q.command]
             group by q.command
        loop
            outcomes[held.command] := 4;
            details[held.command] := held.place;
        end loop;
        delete from {schema}.claim c
         using unnest(claim_command, claim_scopes, claim_keys, claim_takes) u(command, scope, key, takes)
         where not u.takes and outcomes[u.command] = 0 and c.scope = u.scope and c.key = u.key and c.stream = streams[u.command];
        insert into {schema}.claim (scope, key, stream)
        select u.scope, u.key, streams[u.command]
          from unnest(claim_command, claim_scopes, claim_keys, claim_takes) u(command, scope, key, takes)
         where u.takes and outcomes[u.command] = 0
           and not exists (select 1 from {schema}.claim c where c.scope = u.scope and c.key = u.key and c.stream = streams[u.command]);
    end if;

    for i in 1 .. cardinality(ids) loop
        answer[3 * i - 2] := outcomes[i];
        if outcomes[i] = 0 then
            starts[i] := tail;
            tail := tail + counts[i];
            answer[3 * i - 1] := expected[i] + counts[i];
            answer[3 * i] := tail;
        elsif outcomes[i] = 1 then
            select c.version, c.pos into k from {schema}.command c where c.principal = principals[i] and c.id = ids[i];
            answer[3 * i - 1] := k.version;
            answer[3 * i] := k.pos;
        else
            answer[3 * i - 1] := details[i];
        end if;
    end loop;

    insert into {schema}.log
    select starts[e.command] + e.index, e.stream, e.version, e.type, e.schema_version, e.event_id, at, e.actor,
           e.causation_id, e.correlation_id, e.data,
           {schema}.leaf(e.stream, e.version, e.type, e.schema_version, e.event_id, at, e.actor, e.causation_id, e.correlation_id, e.data)
      from unnest(event_command, event_index, event_streams, versions, types, schema_versions, event_ids, actors, causations, correlations, datas)
           e(command, index, stream, version, type, schema_version, event_id, actor, causation_id, correlation_id, data)
     where outcomes[e.command] = 0;

    insert into {schema}.command (principal, id, fingerprint, stream, version, pos, recorded_at)
    select c.principal, c.id, c.fingerprint, c.stream, c.expected + c.count, starts[c.n] + c.count, at
      from unnest(principals, ids, fingerprints, streams, expected, counts)
           with ordinality c(principal, id, fingerprint, stream, expected, count, n)
     where outcomes[c.n] = 0;
    return answer;
end $$;

-- The short path of a batch of one command with one event and no claims; the same outcomes as append.
create function {schema}.append_one(
    at timestamptz, principal_ text, id_ uuid, fingerprint_ bytea, stream_ uuid, expected int,
    type text, schema_version smallint, event_id uuid, actor text, causation_id uuid, correlation_id uuid, data bytea
) returns bigint[] language plpgsql
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
    tail bigint;
    tail_at timestamptz;
    latest int;
    known record;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is written and settled under READ COMMITTED only' using errcode = 'active_sql_transaction';
    end if;
    perform 1 from {schema}.head for update;
    if not found then
        raise exception 'the row of {schema}.head is missing: without it nothing is locked' using errcode = 'data_corrupted';
    end if;
    select l.pos, l.recorded_at into tail, tail_at from {schema}.log l order by l.pos desc limit 1;
    tail := coalesce(tail, 0) + 1;
    at := greatest(at, tail_at);
    select c.fingerprint, c.version, c.pos into known from {schema}.command c where c.principal = principal_ and c.id = id_;
    if found then
        if fingerprint_ is not null and known.fingerprint is distinct from fingerprint_ then
            return array[2, 0, 0];
        end if;
        return array[1, known.version, known.pos];
    end if;
    select l.version into latest from {schema}.log l where l.stream = stream_ order by l.version desc limit 1;
    latest := coalesce(latest, 0);
    if latest <> expected then
        return array[3, latest, 0];
    end if;
    insert into {schema}.log values (tail, stream_, expected + 1, type, schema_version, event_id, at, actor, causation_id, correlation_id, data,
        {schema}.leaf(stream_, expected + 1, type, schema_version, event_id, at, actor, causation_id, correlation_id, data));
    insert into {schema}.command values (principal_, id_, fingerprint_, stream_, expected + 1, tail, at);
    return array[0, expected + 1, tail];
end $$;

-- What is known of a command, asked behind the lock: a call of ours that still waits for its turn goes first, so that
-- "no" is never said of a command that is about to happen.
create function {schema}.settle(principal_ text, id_ uuid)
returns table (fingerprint bytea, stream uuid, version int, pos bigint) language plpgsql
set enable_seqscan = off
as $$
begin
    -- The lock leaves nothing behind that has to last, so nobody waits for the disk at its end. (A SET clause would end before it.)
    perform set_config('synchronous_commit', 'off', true);
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is written and settled under READ COMMITTED only' using errcode = 'active_sql_transaction';
    end if;
    perform 1 from {schema}.head for update;
    if not found then
        raise exception 'the row of {schema}.head is missing: without it nothing is locked' using errcode = 'data_corrupted';
    end if;
    return query select c.fingerprint, c.stream, c.version, c.pos from {schema}.command c where c.principal = principal_ and c.id = id_;
end $$;

grant usage on schema {schema} to {runtime};
grant select, insert on {schema}.log, {schema}.command to {runtime};
grant select, insert, delete on {schema}.claim to {runtime};
grant select, insert, update, delete on {schema}.snapshot to {runtime};
grant select, insert, update on {schema}.relay to {runtime};
grant select, update on {schema}.head to {runtime};
