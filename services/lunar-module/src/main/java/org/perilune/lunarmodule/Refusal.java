package org.perilune.lunarmodule;

/** Why a command is not done, in a sentence with numbers. Nothing was changed. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    Refusal(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
