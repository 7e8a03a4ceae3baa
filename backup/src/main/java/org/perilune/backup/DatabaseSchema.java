package org.perilune.backup;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What PostgreSQL's catalogue says of a service's database. */
final class DatabaseSchema {
    static final String HISTORY = "flyway_schema_history";

    /**
     * Whoever has them can make tokens for anybody. crew makes new ones where it has none, and what was signed by the
     * old ones counted for minutes only.
     */
    private static final Set<String> LEFT_OUT = Set.of("crew.public.signing_key");

    /** What {@code COPY} carries: generated columns are computed again. Parts of a partitioned table are its matter. */
    private static final String TABLES = """
            select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
            where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> ?
                and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
            group by 1, 2
            order by 1, 2
            """;

    private static final String REFERENCES = """
            select distinct n.nspname || '.' || c.relname, fn.nspname || '.' || fc.relname
            from pg_constraint k
            join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
            join pg_class fc on fc.oid = k.confrelid join pg_namespace fn on fn.oid = fc.relnamespace
            where k.contype = 'f' and k.conrelid <> k.confrelid
            """;

    private DatabaseSchema() {}

    static List<Manifest.Table> tables(Connection connection, String service) throws SQLException {
        var tables = new ArrayList<Manifest.Table>();
        try (PreparedStatement query = connection.prepareStatement(TABLES)) {
            query.setString(1, HISTORY);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    String schema = rows.getString(1);
                    String name = rows.getString(2);
                    boolean kept = !LEFT_OUT.contains(service + "." + schema + "." + name);
                    tables.add(new Manifest.Table(
                            service,
                            schema,
                            name,
                            List.of((String[]) rows.getArray(3).getArray()),
                            kept
                                    ? Optional.of("postgresql/" + service + "/" + schema + "." + name + ".copy.gz")
                                    : Optional.empty()));
                }
            }
        }
        return tables;
    }

    /** In the order of the catalogue. Values are those of now, whatever the transaction sees: never too low. */
    static List<Manifest.Sequence> sequences(Connection connection) throws SQLException {
        var names = new ArrayList<List<String>>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select schemaname, sequencename from pg_sequences order by 1, 2")) {
            while (rows.next()) {
                names.add(List.of(rows.getString(1), rows.getString(2)));
            }
        }
        var sequences = new ArrayList<Manifest.Sequence>();
        for (List<String> name : names) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "select last_value, is_called from " + quoted(name.get(0)) + "." + quoted(name.get(1)))) {
                row.next();
                sequences.add(new Manifest.Sequence(name.get(0), name.get(1), row.getLong(1), row.getBoolean(2)));
            }
        }
        return sequences;
    }

    /** Empty where none was ever run. */
    static List<Manifest.Migration> migrations(Connection connection) throws SQLException {
        var migrations = new ArrayList<Manifest.Migration>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet there = statement.executeQuery("select to_regclass('" + HISTORY + "') is not null")) {
                there.next();
                if (!there.getBoolean(1)) {
                    return migrations;
                }
            }
            try (ResultSet rows = statement.executeQuery("select version, script from " + HISTORY
                    + " where success and type = 'SQL' order by installed_rank")) {
                while (rows.next()) {
                    var migration = new Manifest.Migration(rows.getString(1), rows.getString(2));
                    migrations.remove(migration);
                    migrations.add(migration);
                }
            }
        }
        return migrations;
    }

    /** The same tables, each after those that it refers to. */
    static List<Manifest.Table> inOrderOfReferences(Connection connection, List<Manifest.Table> tables)
            throws SQLException {
        var references = new HashMap<String, Set<String>>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(REFERENCES)) {
            while (rows.next()) {
                references
                        .computeIfAbsent(rows.getString(1), name -> new LinkedHashSet<>())
                        .add(rows.getString(2));
            }
        }
        var byName = new HashMap<String, Manifest.Table>();
        tables.forEach(table -> byName.put(key(table), table));
        var ordered = new LinkedHashSet<Manifest.Table>();
        tables.forEach(table -> add(table, byName, references, ordered, new LinkedHashSet<>()));
        return List.copyOf(ordered);
    }

    private static void add(
            Manifest.Table table,
            Map<String, Manifest.Table> byName,
            Map<String, Set<String>> references,
            Set<Manifest.Table> ordered,
            Set<String> under) {
        if (!under.add(key(table))) {
            throw new BackupException("The tables " + under + " refer to each other in a circle; no order fills them");
        }
        for (String wanted : references.getOrDefault(key(table), Set.of())) {
            Manifest.Table first = byName.get(wanted);
            if (first != null && !ordered.contains(first)) {
                add(first, byName, references, ordered, under);
            }
        }
        under.remove(key(table));
        ordered.add(table);
    }

    static String key(Manifest.Table table) {
        return table.schema() + "." + table.name();
    }

    static String qualified(Manifest.Table table) {
        return quoted(table.schema()) + "." + quoted(table.name());
    }

    static String columns(Manifest.Table table) {
        return String.join(
                ", ", table.columns().stream().map(DatabaseSchema::quoted).toList());
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
