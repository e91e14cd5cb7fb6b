package registry

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/services/access"
)

// The bounds of what is declared, in characters.
const (
	MaxSlug            = 63
	MaxName            = 100
	MaxDescription     = 1050 // OpenSLO's, so that documents go both ways
	MaxLine            = 200
	MaxReason          = 1000
	MaxURL             = 2048
	MaxPairs           = 64
	MaxLabelValue      = 256
	MaxAnnotationValue = 2048

	maxLabelName   = 63
	maxLabelPrefix = 253
)

// ValidSlug reports whether s can be a slug, which is a label.
func ValidSlug(s string) bool { return label.Is(s) }

// CheckSlug requires an RFC 1123 label.
func CheckSlug(check *fault.Check, pointer, slug string) {
	check.Require(ValidSlug(slug), pointer, slug,
		"must be 1 to %d lower-case letters, digits and hyphens, and not begin or end with a hyphen", MaxSlug)
}

// CheckName requires the name of something, for people to read.
func CheckName(check *fault.Check, pointer, name string) {
	access.CheckLine(check, pointer, name, 1, MaxName)
}

// CheckText requires a text of at most that many characters; it may have several
// lines and be empty.
func CheckText(check *fault.Check, pointer, text string, most int) {
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text):
		check.Fail(pointer, text, "must be valid UTF-8")
	case n > most:
		check.Fail(pointer, text, "must have at most %d characters, has %d", most, n)
	case hidden.In(text, '\n', '\t'):
		check.Fail(pointer, text, "must not contain control characters, but for tabs and line feeds, nor characters that cannot be seen or change the direction of writing")
	}
}

// CheckURL requires an absolute http or https address without a name and
// password in it; it may be empty.
func CheckURL(check *fault.Check, pointer, address string) {
	if address == "" {
		return
	}
	// The value may hold a password, and is repeated only when it has none.
	if len(address) > MaxURL {
		check.Fail(pointer, nil, "must have at most %d characters, has %d", MaxURL, len(address))
		return
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || !utf8.ValidString(address) || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || hidden.Rune(r) }):
		check.Fail(pointer, nil, "must be an address such as https://example.org/path")
	case u.User != nil:
		check.Fail(pointer, nil, "must not hold a name or password")
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		check.Fail(pointer, address, "must be an absolute http or https address, such as https://example.org/path")
	}
}

// CheckPairs requires at most MaxPairs pairs with the keys of Kubernetes' labels
// and values of at most that many characters.
func CheckPairs(check *fault.Check, pointer string, pairs map[string]string, most int) {
	if len(pairs) > MaxPairs {
		check.Fail(pointer, len(pairs), "must have at most %d entries, has %d", MaxPairs, len(pairs))
		return
	}
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		at := pointer + "/" + pointerEscapes.Replace(key)
		if !validLabelKey(key) {
			at = pointer + "/" + pointerEscapes.Replace(clip(strings.ToValidUTF8(key, "�")))
			check.Fail(at, clip(key), "is not a key: it is to be up to %d letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, perhaps after a domain and '/', such as example.org/team", maxLabelName)
		}
		CheckText(check, at, pairs[key], most)
	}
}

// pointerEscapes are those of RFC 6901.
var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// validLabelKey follows Kubernetes: [prefix/]name, the prefix a DNS subdomain.
func validLabelKey(key string) bool {
	prefix, name, prefixed := strings.Cut(key, "/")
	if !prefixed {
		name = key
	} else if len(prefix) > maxLabelPrefix {
		return false
	} else {
		for _, part := range strings.Split(prefix, ".") {
			if !label.Is(part) {
				return false
			}
		}
	}
	if name == "" || len(name) > maxLabelName || !alphanumeric(name[0]) || !alphanumeric(name[len(name)-1]) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !alphanumeric(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
