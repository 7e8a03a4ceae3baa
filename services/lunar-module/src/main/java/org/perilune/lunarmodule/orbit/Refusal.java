package org.perilune.lunarmodule.orbit;

/** Why a command is not done, in a sentence with numbers. Nothing was changed. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    public Refusal(String reason) {
        super(reason);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
