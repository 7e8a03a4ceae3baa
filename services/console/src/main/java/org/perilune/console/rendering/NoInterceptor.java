package org.perilune.console.rendering;

import gg.jte.TemplateOutput;
import gg.jte.html.HtmlInterceptor;
import java.util.Map;

/** Templates take one; ours need none. */
public final class NoInterceptor implements HtmlInterceptor {
    public static final NoInterceptor NONE = new NoInterceptor();

    private NoInterceptor() {}

    @Override
    public void onHtmlTagOpened(String name, Map<String, Object> attributes, TemplateOutput output) {}

    @Override
    public void onHtmlTagClosed(String name, TemplateOutput output) {}
}
