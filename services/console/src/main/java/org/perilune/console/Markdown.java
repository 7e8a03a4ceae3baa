package org.perilune.console;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
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
final class Markdown {
    private static final Set<String> SCHEMES = Set.of("http", "https", "mailto");
    /** Deeper quotes and lists are text: a reader gains nothing, and rendering is recursive. */
    private static final int DEEPEST = 20;

    private static final Parser PARSER = Parser.builder()
            .extensions(List.of(TablesExtension.create()))
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
    static String html(@Nullable String source) {
        return source == null ? "" : RENDERER.render(PARSER.parse(source));
    }

    /** The words alone, shortened, such as for a list. */
    static String plain(String source, int longest) {
        var text = new StringBuilder();
        PARSER.parse(source).accept(new AbstractVisitor() {
            @Override
            public void visit(Text one) {
                text.append(one.getLiteral()).append(' ');
            }

            @Override
            public void visit(Code one) {
                text.append(one.getLiteral()).append(' ');
            }
        });
        String words = text.toString().strip().replaceAll("\\s+", " ");
        return words.length() <= longest ? words : words.substring(0, longest - 1) + "…";
    }

    private static final class OnlyTheWeb implements UrlSanitizer {
        @Override
        public String sanitizeLinkUrl(String url) {
            try {
                String scheme = new URI(url.strip()).getScheme();
                return scheme != null && SCHEMES.contains(scheme.toLowerCase(Locale.ROOT)) ? url.strip() : "";
            } catch (URISyntaxException unreadable) {
                return "";
            }
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
