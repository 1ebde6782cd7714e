"""A PostgreSQL database put back to what it was after its migrations, so that the next test can have it.

Making and dropping a database for each test is hundreds of files each time; emptying the few tables a test has filled
is one statement. What is put back: the rows of every table (those that migrations ship come from copies in the schema
``kept``) and the sequences. What a test did to the schema is not: ``shape`` tells, and such a database is dropped.
"""

from sqlalchemy import text
from sqlalchemy.engine import Connection

KEEP = """
CREATE SCHEMA kept;
CREATE TABLE kept.sequence_of_migrations AS
  SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
DO $$
DECLARE one text; filled boolean;
BEGIN
  FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', one, one); END IF;
  END LOOP;
END $$;
CREATE FUNCTION kept.put_back() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE one record; filled boolean; gone bigint; total bigint := 0;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT relname, to_regclass(format('kept.%I', relname)) AS copy FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one.relname) INTO filled;
    IF filled THEN
      EXECUTE format('DELETE FROM public.%I', one.relname);
      GET DIAGNOSTICS gone = ROW_COUNT;
      total := total + gone;
    END IF;
    IF one.copy IS NOT NULL THEN
      EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I', one.relname, one.relname);
    END IF;
  END LOOP;
  FOR one IN SELECT now.sequencename, old.last_value FROM pg_sequences AS now
             JOIN kept.sequence_of_migrations AS old USING (sequencename)
             WHERE now.schemaname = 'public' AND now.last_value IS DISTINCT FROM old.last_value LOOP
    PERFORM setval(format('public.%I', one.sequencename), coalesce(one.last_value, 1), one.last_value IS NOT NULL);
  END LOOP;
  RETURN total;
END $$;
"""
"""Run once in the migrated template: copies of the rows it has, and the function that puts them back."""
SHAPE = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT format('%s.%s %s %s', c.relname, a.attname, a.atttypid, a.attnotnull) AS line
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
   WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
  UNION ALL SELECT format('%s %s', conname, convalidated) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT format('%s %s', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS everything
"""
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def keep(connection: Connection) -> None:
    """Remember in the template what there is to be put back."""
    connection.execute(text(KEEP))


def shape(connection: Connection) -> str:
    """A digest of the tables, columns, constraints, triggers and functions."""
    return str(connection.execute(text(SHAPE)).scalar_one())


def put_back(connection: Connection) -> int:
    """End every other connection, put rows and sequences back. Returns how many rows went."""
    connection.execute(text(OTHERS))
    return int(connection.execute(text("SELECT kept.put_back()")).scalar_one())
