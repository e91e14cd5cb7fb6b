package access

import (
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"math/big"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// The text of a token is ek_<ULID>_<secret>_<checksum>, the last two in base 62
// with fixed lengths. The checksum is the CRC-32 (IEEE) of everything before its
// underscore: it tells a mistyped token, or a string that only looks like one,
// from a real one without asking anybody. A scanner finds tokens with
// ek_[0-9A-HJKMNP-TV-Z]{26}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}.
const (
	tokenPrefix    = "ek_"
	idLength       = 26
	secretLength   = 43 // 62^43 > 2^256
	checksumLength = 6  // 62^6 > 2^32
	tokenLength    = len(tokenPrefix) + idLength + 1 + secretLength + 1 + checksumLength
)

// Secret is 256 random bits that somebody holds and Evenkeel does not keep.
type Secret [32]byte

// NewSecret returns fresh random bits.
func NewSecret() Secret {
	var s Secret
	rand.Read(s[:]) // never fails: it ends the program when the system has no randomness
	return s
}

// Hash returns the SHA-256, which is what is kept. 256 random bits need no salt
// and no slow function.
func (s Secret) Hash() []byte {
	sum := sha256.Sum256(s[:])
	return sum[:]
}

// Text returns the 43 characters that spell the secret.
func (s Secret) Text() string { return base62(new(big.Int).SetBytes(s[:]), secretLength) }

// String keeps secrets out of logs and messages.
func (Secret) String() string { return "[secret]" }

// GoString keeps them out of %#v too.
func (Secret) GoString() string { return "[secret]" }

// ParseSecret returns the secret that Text spelled, and whether it is one.
func ParseSecret(text string) (Secret, bool) {
	var s Secret
	if len(text) != secretLength || strings.ContainsFunc(text, notBase62) {
		return s, false
	}
	n, ok := new(big.Int).SetString(text, 62)
	if !ok || n.BitLen() > len(s)*8 {
		return s, false
	}
	n.FillBytes(s[:])
	return s, true
}

// FormatToken returns the text of a token, which is shown once.
func FormatToken(token id.ID, s Secret) string {
	body := tokenPrefix + string(token) + "_" + s.Text()
	return body + "_" + checksum(body)
}

// ParseToken takes a token's text apart. A text that FormatToken never wrote is
// Unauthenticated "token_malformed"; the error does not quote it.
func ParseToken(text string) (id.ID, Secret, error) {
	if len(text) != tokenLength || !strings.HasPrefix(text, tokenPrefix) {
		return "", Secret{}, malformed()
	}
	body, sum := text[:tokenLength-checksumLength-1], text[tokenLength-checksumLength:]
	if text[len(body)] != '_' || checksum(body) != sum {
		return "", Secret{}, malformed()
	}
	rest := body[len(tokenPrefix):]
	token, ok := id.Parse(rest[:idLength])
	if !ok || rest[idLength] != '_' {
		return "", Secret{}, malformed()
	}
	s, ok := ParseSecret(rest[idLength+1:])
	if !ok {
		return "", Secret{}, malformed()
	}
	return token, s, nil
}

func malformed() error {
	return fault.New(fault.Unauthenticated, "token_malformed",
		"the token is not one of Evenkeel's, or was mistyped: they read ek_<26 characters>_<43 characters>_<6 characters>")
}

func checksum(body string) string {
	return base62(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(body)))), checksumLength)
}

// base62 writes n with the digits 0-9a-zA-Z, with leading zeros to the length.
func base62(n *big.Int, length int) string {
	text := n.Text(62)
	return strings.Repeat("0", length-len(text)) + text
}

func notBase62(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}
