package access

import (
	"regexp"
	"strings"
)

// tokenLike is a token, or the beginning of one, whatever its case is.
var tokenLike = regexp.MustCompile(`(?i)ek_[0-9a-z]{26}_[0-9a-z]+(_[0-9a-z]+)?`)

// WithoutTokens is a text in which nothing reads like a token: somebody put it where it does
// not belong, and from there it would come to logs and pages.
func WithoutTokens(text string) string {
	if len(text) < len(tokenPrefix)+idLength || !strings.Contains(strings.ToLower(text), tokenPrefix) {
		return text
	}
	return tokenLike.ReplaceAllString(text, "ek_…")
}
