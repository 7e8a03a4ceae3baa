package org.perilune.chassis.settings;

import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Settings by lower-case dashed keys such as {@code telemetry.http.port}. Reading never throws: faults are collected,
 * a stand-in is returned, and {@link #check} reports all of them at once. Not safe for threads; read once, at start.
 */
public final class Settings {
    private static final String ENVIRONMENT_PREFIX = "PERILUNE_";

    private final Map<String, String> values;
    private final Map<String, String> offered;
    private final String prefix;
    private final Map<String, String> effective;
    private final Set<String> faults;

    private Settings(
            Map<String, String> values,
            Map<String, String> offered,
            String prefix,
            Map<String, String> effective,
            Set<String> faults) {
        this.values = values;
        this.offered = offered;
        this.prefix = prefix;
        this.effective = effective;
        this.faults = faults;
    }

    public static Settings of(Map<String, String> values) {
        return of(values, Map.of());
    }

    /**
     * @param offered taken where {@code values} say nothing; a key among them that nobody reads is no fault. Of a secret
     *     that {@code values} give, here or by a file, nothing is taken from them
     */
    public static Settings of(Map<String, String> values, Map<String, String> offered) {
        return new Settings(Map.copyOf(values), Map.copyOf(offered), "", new TreeMap<>(), new LinkedHashSet<>());
    }

    /**
     * Environment variables as settings: {@code PERILUNE_LUNAR_MODULE__HTTP__PORT} is {@code lunar-module.http.port}.
     * A variable without a double underscore, such as {@code PERILUNE_HOME}, is the launcher's and no setting.
     */
    public static Map<String, String> ofEnvironment(Map<String, String> environment) {
        var settings = new HashMap<String, String>();
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX) && name.contains("__")) {
                String key = name.substring(ENVIRONMENT_PREFIX.length()).toLowerCase(Locale.ROOT);
                settings.put(key.replace("__", ".").replace('_', '-'), value);
            }
        });
        return settings;
    }

    /** The settings under {@code name.}; faults are collected in common. */
    public Settings at(String name) {
        return new Settings(values, offered, prefix + name + ".", effective, faults);
    }

    public String text(String key, String fallback) {
        return read(key, fallback, value -> value, "text");
    }

    /** A text that must be there. */
    public String text(String key) {
        Optional<String> value = raw(key);
        if (value.isEmpty()) {
            fault(key, "is missing");
        }
        return value.orElse("");
    }

    public Optional<String> optionalText(String key) {
        return raw(key);
    }

    /** 0 picks a free port. */
    public int port(String key, int fallback) {
        return read(key, fallback, value -> inRange(Integer.parseInt(value), 0, 65535), "a port from 0 to 65535");
    }

    public int integer(String key, int fallback, int least, int most) {
        return read(
                key,
                fallback,
                value -> inRange(Integer.parseInt(value), least, most),
                "a whole number from " + least + " to " + most);
    }

    public double decimal(String key, double fallback, double least, double most) {
        return read(
                key,
                fallback,
                value -> {
                    double number = Double.parseDouble(value);
                    if (!(number >= least && number <= most)) {
                        throw new IllegalArgumentException();
                    }
                    return number;
                },
                "a number from " + least + " to " + most);
    }

    public boolean flag(String key, boolean fallback) {
        return read(
                key,
                fallback,
                value -> switch (value) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException();
                },
                "true or false");
    }

    /** Such as {@code 250ms}, {@code 5s}, {@code 6h}, or ISO-8601 ({@code PT5S}). Positive. */
    public Duration duration(String key, Duration fallback) {
        return read(key, fallback, Durations::parse, "a positive duration such as 250ms, 5s, 10m or 6h");
    }

    public Path path(String key, Path fallback) {
        return read(key, fallback, Path::of, "a path");
    }

    public URI uri(String key, URI fallback) {
        return read(key, fallback, Settings::parseUri, "a URI with scheme and host, such as http://127.0.0.1:8100");
    }

    /** The secret in {@code key}, or in the file that {@code key-file} names, which its owner alone may read. */
    public Secret secret(String key) {
        boolean given = values.containsKey(prefix + key) || values.containsKey(prefix + key + "-file");
        Map<String, String> source = given ? values : offered;
        Optional<String> file = raw(source, key + "-file");
        Optional<String> value =
                file.isEmpty() || source.containsKey(prefix + key) ? raw(source, key) : Optional.empty();
        value.ifPresent(ignored -> effective.put(prefix + key, "•••"));
        if (file.isPresent() && value.isPresent()) {
            fault(key, "is given twice, here and as " + prefix + key + "-file; keep one of the two");
        }
        if (file.isEmpty()) {
            if (value.isEmpty()) {
                fault(key, "is missing; give " + prefix + key + "-file, a file readable by its owner only");
            }
            return new Secret(value.orElse(""));
        }
        try {
            return SecretFile.read(Path.of(file.get()));
        } catch (NoSuchFileException | InvalidPathException failure) {
            fault(key + "-file", "there is no file " + file.get());
        } catch (IOException failure) {
            fault(key + "-file", "the file " + file.get() + " " + failure.getMessage());
        }
        return new Secret("");
    }

    /**
     * @param others first segments of keys that belong to parts which were not read here
     * @throws InvalidSettings listing every fault, unknown keys included
     */
    public void check(Collection<String> others) {
        for (String key : new TreeSet<>(values.keySet())) {
            boolean ofOthers = others.contains(key.split("\\.", 2)[0]);
            if (!effective.containsKey(key) && !ofOthers) {
                String meant = EditDistance.nearest(effective.keySet(), key)
                        .map(known -> "; did you mean " + known + "?")
                        .orElse("");
                faults.add(key + ": there is no such key" + meant);
            }
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(List.copyOf(faults));
        }
    }

    public void check() {
        check(Set.of());
    }

    /** What was read, defaults included, secrets masked; for the log at start. */
    public Map<String, String> effective() {
        return new TreeMap<>(effective);
    }

    /** A fault of a relation between keys. */
    public void fault(String key, String what) {
        faults.add(prefix + key + ": " + what);
    }

    private Optional<String> raw(String key) {
        return raw(values.containsKey(prefix + key) ? values : offered, key);
    }

    private Optional<String> raw(Map<String, String> source, String key) {
        Optional<String> value = Optional.ofNullable(source.get(prefix + key));
        effective.put(prefix + key, value.orElse(""));
        return value;
    }

    private <T> T read(String key, T fallback, Function<String, T> parser, String expected) {
        Optional<String> value = raw(key);
        if (value.isEmpty()) {
            effective.put(prefix + key, String.valueOf(fallback));
            return fallback;
        }
        try {
            return parser.apply(value.get());
        } catch (RuntimeException ignored) {
            fault(key, "'" + value.get() + "' is not " + expected);
            return fallback;
        }
    }

    private static int inRange(int number, int least, int most) {
        if (number < least || number > most) {
            throw new IllegalArgumentException();
        }
        return number;
    }

    /** {@code localhost:8100} is a URI of the scheme localhost, which nobody means. */
    private static URI parseUri(String value) {
        URI uri = URI.create(value);
        if (uri.getHost() == null) {
            throw new IllegalArgumentException();
        }
        return uri;
    }
}
