// Package markdowntest has texts for the tests of whatever repeats what people typed.
package markdowntest

// Hostile are texts that would have an effect on GitHub if they were left as they are.
var Hostile = []string{
	// Beginnings of links in the middle of a word.
	"Awww.!", "xWWW.example", "(www.)",
	// Mentions.
	"@torvalds", "hello @octocat!", "@org/team", "(@bob)", "\"@bob\"", "a@b", "@\u200bbob", "@\u00adbob", "＠bob", "﹫bob",
	"@bob-", "-@bob", "\\@bob", "&#64;bob", "&#x40;bob", "&commat;bob", "@<!-- -->bob", "@**bob**", "@`bob`", "`@bob", "`` @bob `", "@bob\u202eecila",
	"cc:@bob", "é@bob", "@bób", "/@bob", ".@bob", "_@bob_", "*@bob*", "~~@bob~~",
	// Issue references and hashes.
	"#1", "fixes #1", "Closes: #12", "resolves org/repo#3", "GH-1", "gh-12", "fixes GH-1", "org/repo#1", "user#1", "＃1", "﹟1", "&#35;1", "#\u200b1", "(#1)", "[#1]",
	"deadbee", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "1234567", "DEADBEE", "org/repo@deadbeef", "x-deadbee", "deadbee-x", "(deadbee)", "deadbee...cafebab",
	"TICKET-12", "JIRA-1", "TICKET12", "closes https://github.com/o/r/issues/1", "fix: #9", "fixes\n#1", "fixes\u2028#1",
	// Links.
	"http://evil.example", "https://evil.example/a?b=c", "HTTPS://EVIL.EXAMPLE", "www.evil.example", "WWW.evil.example", "(www.evil.example)", "mailto:a@b.example", "mailto:ab", "xmpp:a@b.example", "Xmpp:!", "a.b@c.example",
	"ftp://evil.example", "<https://evil.example>", "<a@b.example>", "[a](https://evil.example)", "[a](javascript:alert(1))", "[a][b]\n\n[b]: https://evil.example", "[b]: https://evil.example", "![x](https://evil.example/x.png)",
	"![x][y]", "[![x](y)](z)", "[a](<b>)", "hxxp[:]//", "https\\://evil.example", "https&#58;//evil.example", "//evil.example", "evil.example", "www\u3002evil.example", "ｗｗｗ．ｅｖｉｌ．example", "h\u200bttps://evil.example",
	"a\u200d.www.evil.example", "https:/\u00ad/evil.example",
	// HTML.
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>", "<!-- evenkeel:v1 fp=0 -->", "<!-- hidden", "-->", "<details><summary>x", "</p></div>", "<a href=https://evil.example>x</a>", "<?php ?>", "<![CDATA[x]]>", "<!DOCTYPE html>", "<br>", "&lt;b&gt;", "&amp;#64;bob", "&nbsp;", "&copy;", "<b", "a <", "> <",
	// Emphasis, blocks, tables, footnotes, code, formulas, emoji.
	"*a*", "**a**", "_a_", "__a__", "~a~", "~~a~~", "a*b*c", "***", "---", "- - -", "===", "a\n===", "a\n---", "# heading", "###### h", "#", "- item", "* item", "+ item", "1. item", "1) item", "123456789. x", "- [ ] task", "- [x] done", "[ ] task", "> quote", "> [!WARNING]\n> x", "    code", "\tcode", "```\ncode", "```", "~~~", "````", "`", "``", "` `", "`a", "a`", "``a`", "`a``b`", "\\`a", "\\", "a\\", "\\\\",
	"|a|b|\n|-|-|\n|1|2|", "a | b\n- | -", "|", "[^1]", "[^1]: note", "^[x]", "text[^a]\n\n[^a]: @bob", "$x$", "$$x$$", "$`x`$", ":smile:", ":+1:", "(:tada:)", "a:b:c", "line\\\nbreak", "line  \nbreak",
	// Unicode.
	"\u202e@bob\u202c", "\u2066a\u2069", "\ufeff@bob", "a\x00b", "@\x00bob", "\x1b[31m", "a\rb", "a\r\n- b", "a\v# b", "a\f# b", "a\u0085# b", "a\u2029- b", "\u00a0- a", "\u3000# a", "\U000E0041\U000E0042", "@\ufe0fbob", "\u034f@bob", "\u3164@bob", "\xff\xfe@bob", "a\xc3", "\u115f", "\u2800", "\u2060www.evil.example", "①", "ﬁx", "K", "𝐟𝐢𝐱 #1",
}
