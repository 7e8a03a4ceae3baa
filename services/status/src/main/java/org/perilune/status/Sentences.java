package org.perilune.status;

import java.util.Map;

/** What it means for the people at the consoles when a part is down. */
final class Sentences {
    private static final Map<String, String> CONSEQUENCES = Map.ofEntries(
            Map.entry(
                    "postgresql",
                    "Telemetry is still taken and waits in Redis; nothing is lost. History, plots and log-in come back with it."),
            Map.entry(
                    "redis",
                    "Devices keep what they record in their journals and send it when Redis is back; stored data can be viewed."),
            Map.entry(
                    "mqtt",
                    "Devices cannot connect and keep what they record in their journals; stored data can be viewed."),
            Map.entry(
                    "mongodb",
                    "The timeline cannot be read or changed, and its due events wait; commands can be sent by hand as before."),
            Map.entry(
                    "amqp",
                    "Events wait in the outboxes of the services and are published when it is back; nothing is lost."),
            Map.entry("opensearch", "Search uses the database's own text search meanwhile."),
            Map.entry(
                    "crew",
                    "Nobody can log in, and people are refused once services have not heard of crew for tokens.revocations-max-age (30 s); recording goes on, and programs are served while their tokens last."),
            Map.entry(
                    "batch-router",
                    "Devices keep what they record in their journals and send it when it is back; stored data can be viewed."),
            Map.entry(
                    "telemetry",
                    "New readings wait in Redis and are stored when it is back; the console cannot show data until then."),
            Map.entry(
                    "command-dispatcher",
                    "Commands cannot be sent or followed; what was accepted is kept and goes on when it is back. Telemetry is not touched."),
            Map.entry("lunar-module", "Only the simulated lunar module is silent; every other device is served."),
            Map.entry(
                    "event-bus",
                    "The log of events cannot be read, and nobody can post events by hand; what services publish waits for it."),
            Map.entry("posts", "Entries cannot be written or changed; the flight log can be read, and comments go on."),
            Map.entry(
                    "comments",
                    "Comments cannot be written or changed; the flight log can be read, and entries can be written."),
            Map.entry("moderation", "Comments wait for moderation and are looked at when it is back; nothing is lost."),
            Map.entry(
                    "query",
                    "The flight log cannot be read or searched; what is written is kept and shown when it is back."),
            Map.entry("timeline", "Planned events wait; commands can be sent by hand as before."),
            Map.entry(
                    "console", "Pages cannot be opened; recording goes on, and scripts reach the services as before."));

    private Sentences() {}

    /** @param problem what happened, as half a sentence */
    static String down(String name, String problem) {
        String what = name + " is down: " + problem + ".";
        String consequence = CONSEQUENCES.get(name);
        return consequence == null ? what : what + " " + consequence;
    }
}
