package org.perilune.console.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people write does nothing on a page; a browser says the same in LogPagesTest. */
final class MarkdownTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '~',
            value = {
                "**bold** and *slanted* | <p><strong>bold</strong> and <em>slanted</em></p>",
                "[a](https://nasa.gov/x) | <p><a href=\"https://nasa.gov/x\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">a</a></p>",
                "[a](MAILTO:ada@example.org) | <p><a href=\"MAILTO:ada@example.org\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">a</a></p>",
                "<https://nasa.gov> | <p><a href=\"https://nasa.gov\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">https://nasa.gov</a></p>",
                "![chart](https://nasa.gov/x.png) | <p><a href=\"https://nasa.gov/x.png\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">chart</a></p>",
                "[a](https://nasa.gov/a|b^{c}\\\\d) | <p><a href=\"https://nasa.gov/a%7Cb%5E%7Bc%7D%5Cd\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">a</a></p>",
                "[a](<https://nasa.gov/a b>) | <p><a href=\"https://nasa.gov/a%20b\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">a</a></p>",
                "[a](https://nasa.gov/100%?q=[x]&y=ü) | <p><a href=\"https://nasa.gov/100%25?q=%5Bx%5D&amp;y=%C3%BC\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">a</a></p>",
                "see https://nasa.gov/x_y_z?a=1, and ada@example.org. | <p>see <a href=\"https://nasa.gov/x_y_z?a=1\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">https://nasa.gov/x_y_z?a=1</a>, and <a href=\"mailto:ada@example.org\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">ada@example.org</a>.</p>",
                "ftp://nasa.gov/x and javascript://nasa.gov | <p>ftp://nasa.gov/x and javascript://nasa.gov</p>",
                "`https://nasa.gov` | <p><code>https://nasa.gov</code></p>",
                "# Burn | <p class=\"heading\">Burn</p>",
                "[a](relative) | <p>a</p>",
                "[![a](https://a.example/i.png)](javascript:alert(1)) | <p>a</p>"
            })
    void rendersWhatIsHarmless(String source, String html) {
        assertThat(Markdown.html(source).strip()).isEqualTo(html);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "text <svg/onload=alert(1)> text",
                "<a href=\"javascript:alert(1)\">x</a>",
                "[x](javascript:alert(1))",
                "[x](JaVaScRiPt:alert(1))",
                "[x](java\nscript:alert(1))",
                "[x](\tjavascript:alert(1))",
                "[x](&#106;avascript:alert(1))",
                "[x](javascript&colon;alert(1))",
                "[x](java&Tab;script:alert(1))",
                "[x](<javascript:alert(1)>)",
                "[x](data:text/html;base64,PHNjcmlwdD4=)",
                "[x](vbscript:msgbox(1))",
                "[x](//evil.example)",
                "[x](file:///etc/passwd)",
                "[x](https://a.example\" onmouseover=\"alert(1))",
                "[x](https://a.example \"title\\\" onmouseover=alert(1)\")",
                "![x](javascript:alert(1))",
                "![\"onerror=alert(1)](https://a.example/i.png)",
                "[x][1]\n\n[1]: javascript:alert(1)",
                "<javascript:alert(1)>",
                "`<script>alert(1)</script>`",
                "```\"><script>alert(1)</script>\n```",
                "```x\" onload=\"alert(1)\ncode\n```",
                "| a |\n|---|\n| <script>alert(1)</script> |",
                "&lt;script&gt;alert(1)&lt;/script&gt;",
                "<!--><script>alert(1)</script>-->",
                "<style>*{display:none}</style>",
                "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
                "<base href=https://evil.example>",
                "<form action=https://evil.example><input name=_form></form>",
                "\u0000<script\u0000>alert(1)</script>"
            })
    void leavesNothingThatActs(String source) {
        String html = Markdown.html(source);
        String tags = html.replaceAll("[^<]*(<[^>]*>)?", "$1");
        assertThat(tags)
                .as(html)
                .matches(
                        "(?s)(</?(p|strong|em|code|pre|br|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|hr)( /)?>"
                                + "|<p class=\"heading\">|<code class=\"language-[^\"<>]*\">|</a>"
                                + "|<a href=\"(https?|mailto):[^\"<>]*\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">)*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*a **b ", "> ", "[", "![a](", "- ", "a*b_c", "`", "<a", "|a", "[a](b)", "**", "_*"})
    void readsTheLongestTextsThatNestMost(String piece) {
        String text = piece.repeat(20_000 / piece.length());
        assertThat(Markdown.html(text)).isNotEmpty();
    }

    @Test
    void showsAsTypedWhatIsNestedTooDeep() {
        assertThat(Markdown.html("*a **b ".repeat(20) + "** c*".repeat(20))).doesNotContain("<pre>");
        assertThat(Markdown.html("*a **b ".repeat(2000) + "** c*".repeat(2000))).startsWith("<pre><code>*a **b");
    }

    @Test
    void showsAsTypedWhatTheParserCannotFollow() {
        assertThat(Markdown.html("*a **b ".repeat(50_000) + "** c*".repeat(50_000)))
                .startsWith("<pre><code>*a **b");
    }

    @Test
    void saysNothingOfWhatIsNotThere() {
        assertThat(Markdown.html(null)).isEmpty();
    }

    @Test
    void breaksLinesWhereTheyWereBroken() {
        assertThat(Markdown.html("one\ntwo")).isEqualTo("<p>one<br>\ntwo</p>\n");
    }
}
