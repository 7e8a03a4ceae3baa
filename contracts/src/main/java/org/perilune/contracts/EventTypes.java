package org.perilune.contracts;

import java.util.regex.Pattern;

/** What a type of events looks like. */
public final class EventTypes {
    public static final int LONGEST = 128;

    /** Words of letters and digits, joined by '.', '_' or '-': no wildcards of topic exchanges, and fit for headers. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z][A-Za-z0-9]*([._-][A-Za-z0-9]+)*");

    private EventTypes() {}

    public static boolean isType(String text) {
        return text.length() <= LONGEST && FORM.matcher(text).matches();
    }
}
