package org.perilune.crew;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Topology;

/** Names of people: lower-case, so that nobody can pass for another by a capital letter. */
final class PersonName {
    static final String RULE = "must have 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit";
    /** Who else stands in records where people do. */
    private static final Set<String> RESERVED = Stream.concat(
                    Stream.of("device", "perilune"), Topology.SERVICES.stream().map(Topology.Service::name))
            .collect(Collectors.toUnmodifiableSet());

    /** With spaces around it. */
    private static final int LONGEST_TYPED = 256;

    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private PersonName() {}

    static boolean isValid(String name) {
        return FORM.matcher(name).matches();
    }

    /** What somebody typed to log in; empty where nobody can have that name, however long it is. */
    static Optional<String> typed(String typed) {
        return typed.length() > LONGEST_TYPED
                ? Optional.empty()
                : Optional.of(normalise(typed)).filter(PersonName::isValid);
    }

    static String normalise(String typed) {
        return typed.strip().toLowerCase(Locale.ROOT);
    }

    /** @throws ServiceException.Invalid naming the field {@code name} */
    static String require(String typed) {
        String name = normalise(typed);
        if (!isValid(name)) {
            throw new ServiceException.Invalid("name", RULE);
        }
        if (RESERVED.contains(name)) {
            throw new ServiceException.Invalid(
                    "name", "is what Perilune calls one of its own: records would not tell them apart");
        }
        return name;
    }
}
