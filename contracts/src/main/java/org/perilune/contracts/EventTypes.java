package org.perilune.contracts;

import java.util.regex.Pattern;

/** Types of events. Every service that publishes one names it here. */
public final class EventTypes {
    public static final int LONGEST = 128;

    /** Words of letters and digits, joined by '.', '_' or '-': no wildcards of topic exchanges, and fit for headers. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z][A-Za-z0-9]*([._-][A-Za-z0-9]+)*");

    /** A command reached its end. {@code data}: see {@code docs/api.md}. */
    public static final String COMMAND_ENDED = "CommandEnded";

    private EventTypes() {}

    public static boolean isType(String text) {
        return text.length() <= LONGEST && FORM.matcher(text).matches();
    }
}
