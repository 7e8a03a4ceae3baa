package org.perilune.console.log;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Document;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.html.UrlSanitizer;
import org.jspecify.annotations.Nullable;

/**
 * What people write, as HTML that can do nothing: HTML in it is shown as it was typed, links lead to the web or a
 * mailbox only, and images are links, because a page loads nothing from elsewhere. Safe for threads.
 */
public final class Markdown {
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):");
    private static final Set<String> SCHEMES = Set.of("http", "https", "mailto");
    /** Deeper quotes and lists are text: a reader gains nothing, and rendering is recursive. */
    private static final int DEEPEST = 20;
    /** The same of emphasis within emphasis: what is nested more is shown as it was typed. */
    private static final int DEEPEST_NODE = 100;

    private static final Parser PARSER = Parser.builder()
            .extensions(List.of(TablesExtension.create(), AutolinkExtension.create()))
            .maxOpenBlockParsers(DEEPEST)
            .build();
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder()
            .extensions(List.of(TablesExtension.create()))
            .escapeHtml(true)
            .sanitizeUrls(true)
            .urlSanitizer(new OnlyTheWeb())
            .percentEncodeUrls(true)
            .softbreak("<br>\n")
            .nodeRendererFactory(Tame::new)
            .build();

    private Markdown() {}

    /** @param source null where it is not for the reader: nothing */
    public static String html(@Nullable String source) {
        if (source == null) {
            return "";
        }
        return RENDERER.render(
                parsed(source).filter(document -> !isTooDeep(document)).orElseGet(() -> asTyped(source)));
    }

    /** Empty where it is nested deeper than the parser can follow, which is recursive and holds nothing between calls. */
    private static Optional<Node> parsed(String source) {
        try {
            return Optional.of(PARSER.parse(source));
        } catch (StackOverflowError tooDeep) {
            return Optional.empty();
        }
    }

    private static Node asTyped(String source) {
        var block = new FencedCodeBlock();
        block.setLiteral(source);
        var document = new Document();
        document.appendChild(block);
        return document;
    }

    /** Walks without recursion. */
    private static boolean isTooDeep(Node document) {
        int depth = 0;
        Node node = document;
        while (node != null) {
            if (node.getFirstChild() != null) {
                node = node.getFirstChild();
                if (++depth > DEEPEST_NODE) {
                    return true;
                }
                continue;
            }
            while (node != null && node.getNext() == null) {
                node = node.getParent();
                depth--;
            }
            node = node == null ? null : node.getNext();
        }
        return false;
    }

    private static final class OnlyTheWeb implements UrlSanitizer {
        /** By its scheme alone: what may not be in an address is percent-encoded afterwards, as browsers do. */
        @Override
        public String sanitizeLinkUrl(String url) {
            String plain = url.strip();
            Matcher scheme = SCHEME.matcher(plain);
            return scheme.lookingAt() && SCHEMES.contains(scheme.group(1).toLowerCase(Locale.ROOT)) ? plain : "";
        }

        @Override
        public String sanitizeImageUrl(String url) {
            return sanitizeLinkUrl(url);
        }
    }

    /** Links and images; one that leads nowhere allowed is its text. Headings are not those of our page. */
    private static final class Tame implements NodeRenderer {
        private final HtmlNodeRendererContext context;

        private Tame(HtmlNodeRendererContext context) {
            this.context = context;
        }

        @Override
        public Set<Class<? extends Node>> getNodeTypes() {
            return Set.of(Link.class, Image.class, Heading.class);
        }

        @Override
        public void render(Node node) {
            if (node instanceof Heading) {
                context.getWriter().tag("p", Map.of("class", "heading"));
                children(node);
                context.getWriter().tag("/p");
                return;
            }
            String url = context.urlSanitizer().sanitizeLinkUrl(destination(node));
            // A link within a link is none in HTML: an image in a link, or what a parser made of it.
            if (url.isEmpty() || within(node)) {
                children(node);
                return;
            }
            var writer = context.getWriter();
            var attributes = new LinkedHashMap<String, String>();
            attributes.put("href", context.encodeUrl(url));
            attributes.put("rel", "noopener noreferrer nofollow");
            attributes.put("target", "_blank");
            writer.tag("a", attributes);
            if (node.getFirstChild() == null) {
                writer.text(url);
            }
            children(node);
            writer.tag("/a");
        }

        private void children(Node node) {
            for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
                context.render(child);
            }
        }

        private static String destination(Node node) {
            return node instanceof Link link ? link.getDestination() : ((Image) node).getDestination();
        }

        private static boolean within(Node node) {
            for (Node parent = node.getParent(); parent != null; parent = parent.getParent()) {
                if (parent instanceof Link || parent instanceof Image) {
                    return true;
                }
            }
            return false;
        }
    }
}
