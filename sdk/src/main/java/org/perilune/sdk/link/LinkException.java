package org.perilune.sdk.link;

/** The broker could not be reached, or said no. The message is its reason. */
final class LinkException extends Exception {
    LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
