package org.perilune.console;

import gg.jte.TemplateOutput;
import gg.jte.html.HtmlInterceptor;
import java.util.Map;

/** Templates take one; ours need none. */
final class NoInterceptor implements HtmlInterceptor {
    static final NoInterceptor NONE = new NoInterceptor();

    private NoInterceptor() {}

    @Override
    public void onHtmlTagOpened(String name, Map<String, Object> attributes, TemplateOutput output) {}

    @Override
    public void onHtmlTagClosed(String name, TemplateOutput output) {}
}
