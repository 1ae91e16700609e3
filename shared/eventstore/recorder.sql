-- What the recorders of the `eventsourcing` library need beside the log (log.sql, in the same schema). {schema} and {runtime}
-- are replaced by the schema's name and the role the application runs as.

create table {schema}.originator (
    stream uuid primary key,
    id text not null unique
);
comment on table {schema}.originator is 'Names of originators that are not UUIDs; the stream is a uuid5 of the name, so a row is true whether or not its events were stored.';

create table {schema}.sequence (
    purpose text not null,
    stream uuid not null,
    originator_version bigint not null,
    type text not null,
    data bytea not null,
    primary key (purpose, stream, originator_version)
);
comment on table {schema}.sequence is 'Events of aggregate recorders (the library''s snapshots): no position, and gaps between versions are allowed.';

create table {schema}.tracking (
    application text primary key,
    notification_id bigint not null,
    insert_id uuid not null
);
comment on table {schema}.tracking is 'How far each upstream application was processed; insert_id is the last insert, so that one sent again after a lost answer is known.';

-- Moves the tracking of an application forward. True: moved now. False: this same insert moved it before.
create function {schema}.track(application_ text, notification_id_ bigint, insert_id_ uuid) returns boolean language plpgsql as $$
declare
    last record;
begin
    -- The row's lock is held when the update below compares, whoever inserted it.
    insert into {schema}.tracking values (application_, notification_id_, insert_id_) on conflict do nothing;
    if found then
        return true;
    end if;
    select notification_id, insert_id into last from {schema}.tracking where application = application_ for update;
    if last.insert_id = insert_id_ then
        return false;
    end if;
    if last.notification_id >= notification_id_ then
        raise exception 'notification % of % is tracked already: the last is %', notification_id_, application_, last.notification_id
            using errcode = 'unique_violation';
    end if;
    update {schema}.tracking set notification_id = notification_id_, insert_id = insert_id_ where application = application_;
    return true;
end $$;

-- Appends to several streams, and tracks what they answer to, wholly or not at all; one command per stream, through the log's own
-- append function. Answers each command's last position; a command's events have the positions up to it.
create function {schema}.append_together(
    at timestamptz, principal text, ids uuid[], streams uuid[], expected int[], counts int[],
    event_command int[], event_index int[], event_streams uuid[], versions int[], types text[], starts smallint[],
    event_ids uuid[], datas bytea[], tracked_application text, tracked_id bigint
) returns bigint[] language plpgsql as $$
declare
    commands int := cardinality(ids);
    events int := cardinality(datas);
    known boolean := false;
    answer bigint[];
    ends bigint[];
begin
    answer := {schema}.append(
        at, array_fill(principal, array[commands]), ids, array_fill(null::bytea, array[commands]), streams, expected, counts,
        event_command, event_index, event_streams, versions, types, starts, event_ids, array_fill(principal, array[events]),
        array_fill(null::uuid, array[events]), array_fill(null::uuid, array[events]), datas,
        '{}'::int[], '{}'::text[], '{}'::text[], '{}'::boolean[]
    );
    for i in 1 .. commands loop
        if answer[3 * i - 2] not in (0, 1) then
            raise exception 'stream % is at version %, not %', streams[i], answer[3 * i - 1], expected[i] using errcode = 'unique_violation';
        end if;
        known := answer[3 * i - 2] = 1;
        ends[i] := answer[3 * i];
    end loop;
    -- Known: the same call was answered into a lost connection, and all of it happened then.
    if tracked_application is not null and not known then
        perform {schema}.track(tracked_application, tracked_id, ids[1]);
    end if;
    return ends;
end $$;

grant select, insert on {schema}.originator, {schema}.sequence to {runtime};
grant select, insert, update on {schema}.tracking to {runtime};
