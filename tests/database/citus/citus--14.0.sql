-- The part of Citus's interface that `gongkai db distribute` uses, with the refusals that its documentation names: no
-- rows move, but what Citus would not do is an error here too.

CREATE TABLE pg_dist_node (groupid int, isactive bool, shouldhaveshards bool);

CREATE TABLE pg_dist_local_group AS SELECT 0 AS groupid;

-- What each other machine answers to any question; of none that is listed here the answer is that of this one.
CREATE TABLE answers (nodename text, success bool, result text);

CREATE FUNCTION run_command_on_workers(command text) RETURNS TABLE (nodename text, nodeport int, success bool, result text)
LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE command INTO answer;
    RETURN QUERY SELECT 'worker-' || n.groupid, 5432, coalesce(a.success, true), coalesce(a.result, answer)
        FROM pg_dist_node n LEFT JOIN answers a ON a.nodename = 'worker-' || n.groupid WHERE n.groupid > 0;
END $$;

CREATE TABLE placed (
    name regclass PRIMARY KEY,
    type text NOT NULL,
    by_column text,
    place int NOT NULL,
    shards int,
    emptied bool NOT NULL DEFAULT false
);

CREATE TABLE broken (name text);

-- Transactions that were prepared on all machines and are not known to be committed on each.
CREATE TABLE pg_dist_transaction (gid text);

CREATE FUNCTION recover_prepared_transactions() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM broken b WHERE b.name = 'commit') THEN
        RAISE 'connection to the remote node worker-2:5432 failed';
    END IF;
    DELETE FROM pg_dist_transaction;
    RETURN 0;
END $$;

CREATE VIEW citus_tables AS
    SELECT name AS table_name, type AS citus_table_type, coalesce(by_column, '<none>') AS distribution_column,
        place AS colocation_id FROM placed;

CREATE FUNCTION refuse(wanted regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM broken b WHERE b.name = wanted::text) THEN
        RAISE 'connection to the remote node worker-2:5432 failed';
    END IF;
    IF EXISTS (SELECT FROM placed p WHERE p.name = wanted) THEN
        RAISE 'table "%" is already distributed', wanted;
    END IF;
    IF EXISTS (SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid <> c.confrelid
            AND (c.conrelid = wanted AND c.confrelid NOT IN (SELECT p.name FROM placed p)
                OR c.confrelid = wanted AND c.conrelid NOT IN (SELECT p.name FROM placed p))) THEN
        RAISE 'cannot create foreign key constraint since relations are not colocated or not referencing a reference table';
    END IF;
END $$;

CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(table_name);
    INSERT INTO placed VALUES (table_name, 'reference', NULL, 1, 1);
END $$;

CREATE FUNCTION create_distributed_table(
    table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    group_id int;
BEGIN
    PERFORM refuse(table_name);
    IF EXISTS (SELECT FROM pg_index i WHERE i.indrelid = table_name AND i.indisunique AND NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = table_name AND a.attname = distribution_column
                AND a.attnum = any(i.indkey))) THEN
        RAISE 'cannot create constraint on "%": distributed relations cannot have UNIQUE or PRIMARY KEY constraints '
            'that do not include the partition column', table_name;
    END IF;
    IF colocate_with = 'none' THEN
        SELECT coalesce(max(p.place), 1) + 1 INTO group_id FROM placed p;
    ELSE
        SELECT p.place INTO STRICT group_id FROM placed p WHERE p.name = colocate_with::regclass;
    END IF;
    INSERT INTO placed VALUES (table_name, 'distributed', distribution_column, group_id, shard_count);
END $$;

CREATE FUNCTION truncate_local_data_after_distributing_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = table_name
            AND c.conrelid NOT IN (SELECT p.name FROM placed p)) THEN
        RAISE 'cannot truncate a table referenced in a foreign key constraint by a local table';
    END IF;
    UPDATE placed p SET emptied = true WHERE p.name = table_name;
END $$;
