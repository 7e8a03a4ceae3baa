package org.perilune.moderation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.Block;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/**
 * A comment's text as rules look at it.
 *
 * @param source Markdown
 * @param shown what is read on the screen: HTML stands there as it was written
 * @param links where its links lead, those of Markdown and those that stand bare in the text
 */
record Written(String source, String shown, List<String> links) {
    private static final Parser MARKDOWN =
            Parser.builder().maxOpenBlockParsers(64).build();
    private static final Pattern BARE =
            Pattern.compile("(?:https?|ftp)://[^\\s<>]+|\\bwww\\.[^\\s<>]+", Pattern.CASE_INSENSITIVE);
    private static final Pattern ABSOLUTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*|[/\\\\]{2,}.*", Pattern.DOTALL);

    Written {
        links = List.copyOf(links);
    }

    static Written of(String source) {
        var reader = new Reader();
        reader.read(MARKDOWN.parse(source));
        return new Written(source, reader.shown.toString(), reader.links());
    }

    /** Walks without recursion: people may nest as deep as their text is long. */
    private static final class Reader {
        private final StringBuilder shown = new StringBuilder();
        /** What is shown and no link yet. */
        private final StringBuilder unlinked = new StringBuilder();

        private final List<String> destinations = new ArrayList<>();
        private int withinLinks;

        void read(Node document) {
            Node node = document;
            while (true) {
                enter(node);
                if (node.getFirstChild() != null) {
                    node = node.getFirstChild();
                    continue;
                }
                leave(node);
                while (node.getNext() == null) {
                    node = node.getParent();
                    if (node == null) {
                        return;
                    }
                    leave(node);
                }
                node = node.getNext();
            }
        }

        private void enter(Node node) {
            switch (node) {
                case Text text -> show(text.getLiteral());
                case Code code -> show(code.getLiteral());
                case HtmlInline html -> show(html.getLiteral());
                case HtmlBlock html -> show(html.getLiteral());
                case FencedCodeBlock code -> show(code.getLiteral());
                case IndentedCodeBlock code -> show(code.getLiteral());
                case SoftLineBreak _ -> show("\n");
                case HardLineBreak _ -> show("\n");
                case Link link -> follow(link.getDestination(), link.getTitle());
                case Image image -> follow(image.getDestination(), image.getTitle());
                default -> {}
            }
        }

        private void follow(String destination, String title) {
            if (ABSOLUTE.matcher(destination).matches()) {
                destinations.add(destination);
            }
            if (title != null) {
                show(" " + title + " ");
            }
            withinLinks++;
        }

        private void leave(Node node) {
            if (node instanceof Link || node instanceof Image) {
                withinLinks--;
                unlinked.append(' ');
            }
            if (node instanceof Block) {
                show("\n");
            }
        }

        private void show(String text) {
            shown.append(text);
            if (withinLinks == 0) {
                unlinked.append(text);
            }
        }

        List<String> links() {
            var all = new ArrayList<>(destinations);
            Matcher bare = BARE.matcher(unlinked);
            while (bare.find()) {
                all.add(bare.group());
            }
            return all;
        }
    }
}
