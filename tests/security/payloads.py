"""What somebody might send who means no good. Our own wording: shapes of attacks, not copies of any."""

from __future__ import annotations

# Each would set `window.hacked` or open a dialog in a browser that took it for markup.
MARKUP = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "'><svg onload=window.hacked=1>",
    "<svg><animate onbegin=window.hacked=1 attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hacked=1>",
    "</title></textarea></style></noscript><img src=x onerror=window.hacked=1>",
    '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
    '<a href="java\tscript:window.hacked=1" autofocus onfocus=window.hacked=1>x</a>',
    '<form action="//evil.example"><button formaction="javascript:window.hacked=1">x</button>',
    '<div hx-get="/x" hx-on:load="window.hacked=1" data-hx-on="load: window.hacked=1">x</div>',
    '" autofocus onfocus="window.hacked=1" x="',
    "<details open ontoggle=window.hacked=1>",
    "<meta http-equiv=refresh content='0;url=javascript:window.hacked=1'><base href=//evil.example>",
    "<!--><img src=x onerror=window.hacked=1>-->",
    "{{constructor.constructor('window.hacked=1')()}}",
)
# The same through Markdown, which makes markup of its own.
MARKDOWN = (
    "[x](javascript:window.hacked=1)",
    "[x](JaVaScRiPt&colon;window.hacked=1)",
    "[x](data:text/html;base64,PHNjcmlwdD4xPC9zY3JpcHQ+)",
    "[x](vbscript:window.hacked=1)",
    '![x](x" onerror="window.hacked=1)',
    "<javascript:window.hacked=1>",
    '[x]: javascript:window.hacked=1 "a"\n\n[x]',
    '[x](https://a.example ""><img src=x onerror=window.hacked=1>")',
    "```<img src=x onerror=window.hacked=1>\n```",
    "| <svg onload=window.hacked=1> |\n|---|\n| [x](javascript:window.hacked=1) |",
    "`<script>window.hacked=1</script>`",
)
# Ends of a statement, of a string, of a pattern, of a search query.
SQL = (
    "' OR '1'='1", "1; DROP TABLE tickets_ticket; --", "1) OR (1=1", "\\'; SELECT pg_sleep(5); --", "%' OR 1=1 --",
    "-id); DELETE FROM tickets_ticket; --", "' || (SELECT version()) || '", "a:* | !b", "!()&|:*<->", "***:(?i).*",
    "[[:alpha:]]{1,", "%_\\", "\"\"''", "$$;$$", "0x7c", "1e309", "９９", "١", "\u202e", "\x1a", "null", "NaN",
)  # fmt: skip
# Where somebody who has just signed in should not end up.
ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "///evil.example", "////evil.example", "\\\\evil.example",
    "/\\evil.example", "\\/evil.example", "http:evil.example", "https:/evil.example", "http:///evil.example",
    "javascript:alert(1)", "data:text/html,x", "//evil.example\\@testserver/", "https://testserver@evil.example/",
    "https://testserver.evil.example/", "//[evil.example]/", "\thttps://evil.example", " //evil.example",
    "/\t/evil.example", "/\n/evil.example", "%2F%2Fevil.example", "https:%2F%2Fevil.example", "//evil%E3%80%82example",
    "http://testserver:80@evil.example/", "/%0d%0aLocation:%20//evil.example", "@evil.example", "?next=//evil.example",
)  # fmt: skip
LINES = (
    "a\r\nSet-Cookie: hacked=1", "a\nX-Hacked: 1", "a\rX-Hacked: 1", "a\x0bX-Hacked: 1", "a\x85X-Hacked: 1",
    "a\u2028X-Hacked: 1", 'a"; filename="b.html', "a;b=c", "a%0d%0aX-Hacked: 1",
)  # fmt: skip
