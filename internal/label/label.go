// Package label says what an RFC 1123 label is: the shape of slugs, and of the names
// of reporters, jobs and secrets.
package label

// MaxLength is how long a label may be, in bytes.
const MaxLength = 63

// Is reports whether s is an RFC 1123 label: 1 to MaxLength lower-case letters,
// digits and hyphens, neither beginning nor ending with a hyphen.
func Is(s string) bool {
	if s == "" || len(s) > MaxLength || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
