package org.perilune.console.rendering;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.perilune.chassis.http.Access;
import org.perilune.contracts.Sha256;

/** Styles, scripts and type from the class path, under a URL that holds the hash of all of them: cached for good. */
public final class Assets {
    private static final String INTER = "META-INF/resources/_static/inter/5.2.5/files/inter-latin-";
    private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final String HTMX = "META-INF/resources/webjars/htmx.org/2.0.10/dist/htmx.min.js";
    private static final List<String> OWN = List.of(
            "console.css",
            "early.js",
            "dom.js",
            "svg.js",
            "list.js",
            "conflict.js",
            "shell.js",
            "fleet.js",
            "device.js",
            "plot.js",
            "chart.js",
            "plotaddress.js",
            "plotdata.js",
            "plotcontrols.js",
            "orbit.js",
            "live.js",
            "livelink.js",
            "livehub.js",
            "livestream.js",
            "liveworker.js",
            "http.js",
            "wording.js",
            "notice.js",
            "confirm.js",
            "viewer.js",
            "fields.js",
            "approval.js",
            "commands.js",
            "command.js",
            "uplink.js",
            "timeline.js",
            "lanes.js",
            "eventform.js",
            "log.js",
            "entries.js",
            "entryactions.js",
            "drafts.js",
            "writing.js",
            "patch.js",
            "references.js",
            "spark.js",
            "moderation.js",
            "rules.js",
            "format.js",
            "instant.js",
            "now.js",
            "arguments.js",
            "sender.js",
            "values.js",
            "favicon.svg");

    private final Map<String, Asset> byName;
    private final String hash;

    private record Asset(String contentType, byte[] plain, byte[] gzip) {}

    private Assets(Map<String, Asset> byName, String hash) {
        this.byName = byName;
        this.hash = hash;
    }

    public static Assets load() {
        var paths = new TreeMap<String, String>();
        OWN.forEach(name -> paths.put(name, "org/perilune/console/assets/" + name));
        paths.put("htmx.min.js", HTMX);
        paths.put("uplot.js", UPLOT + "uPlot.iife.min.js");
        paths.put("uplot.css", UPLOT + "uPlot.min.css");
        paths.put("inter-400.woff2", INTER + "400-normal.woff2");
        paths.put("inter-600.woff2", INTER + "600-normal.woff2");
        try {
            var digest = Sha256.digest();
            var loaded = new LinkedHashMap<String, Asset>();
            for (var entry : paths.entrySet()) {
                byte[] content = read(entry.getValue());
                digest.update(content);
                loaded.put(entry.getKey(), new Asset(contentType(entry.getKey()), content, gzip(content)));
            }
            return new Assets(Map.copyOf(loaded), HexFormat.of().formatHex(digest.digest(), 0, 8));
        } catch (IOException failure) {
            throw new UncheckedIOException("Could not read an asset", failure);
        }
    }

    /** Where they are served, without a slash at the end. */
    String base() {
        return "/assets/" + hash;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/assets/{hash}/{name}", this::serve, Access.OPEN);
    }

    private void serve(Context context) {
        Asset asset = byName.get(context.pathParam("name"));
        if (asset == null) {
            throw new NotFoundResponse("There is no such asset");
        }
        // An older page may ask for what it was written with; it gets the new, but must not keep it for the old.
        boolean current = context.pathParam("hash").equals(hash);
        context.header("Cache-Control", current ? "public, max-age=31536000, immutable" : "no-store");
        context.contentType(asset.contentType());
        String accepted = context.header("Accept-Encoding");
        boolean squeeze = accepted != null && accepted.contains("gzip") && asset.gzip().length < asset.plain().length;
        context.header("Vary", "Accept-Encoding");
        if (squeeze) {
            context.header("Content-Encoding", "gzip");
        }
        context.result(squeeze ? asset.gzip() : asset.plain());
    }

    private static byte[] read(String path) throws IOException {
        try (InputStream in = Assets.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("Not on the class path: " + path);
            }
            return in.readAllBytes();
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private static String contentType(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".css" -> "text/css; charset=utf-8";
            case ".js" -> "text/javascript; charset=utf-8";
            case ".svg" -> "image/svg+xml";
            default -> "font/woff2";
        };
    }
}
